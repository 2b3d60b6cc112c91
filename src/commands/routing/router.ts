import type { Person } from '../../store/events.ts';
import { readArguments } from '../arguments/parse-arguments.ts';
import { nearest } from '../arguments/suggest.ts';
import { tokens } from '../arguments/tokenize.ts';
import * as listed from '../index.ts';
import { approvals } from '../interactions/approval-buttons.ts';
import { extendYes } from '../interactions/extend-button.ts';
import { follows } from '../interactions/follow-up-buttons.ts';
import { homeButtons } from '../interactions/home-buttons.ts';
import { pauses } from '../interactions/pause-buttons.ts';
import { hardWayPages, showHardWay } from '../interactions/show-commands-button.ts';
import { notUnderstood } from '../messages/command-replies.ts';
import type { Button, Command, CreateDefaults, Message, Modal, Need, Opened, Reply, Tools, Typed } from './command.ts';

/** Who asked, and where. */
export interface Asker {
  readonly by: Person;
  readonly channel: string;
}

/** `now` goes out with the acknowledgement; `later` is work for after it, for who is allowed what it `needs`. */
export type Route =
  | { readonly now: Reply }
  | {
      readonly needs: Need;
      readonly later: (tools: Tools) => Promise<Reply>;
      /** Where it is done, if not where it was asked for. */
      readonly channel?: string;
    };

/** Opened right after the acknowledgement. */
export interface Opening {
  readonly opens: (tools: Tools) => Opened;
}

/** A modal that stays open for what is wrong, or work for after the acknowledgement. */
export type Submission =
  | { readonly errors: Readonly<Record<string, string>> }
  | { readonly channel: string; readonly route: Route };

/** In the order in which help shows them: what people do first comes first. */
const order = [
  ...['create', 'status', 'list', 'kubeconfig', 'revoke', 'resume', 'cancel', 'smoke', 'doctor'],
  ...['scale', 'resize', 'rebuild', 'delete', 'audit'],
];

export const commands: readonly Command[] = Object.values(listed).toSorted((a, b) => rank(a) - rank(b));

/** From the text after `/kthw` to what to do about it. */
export function route(text: string, asker: Asker, defaults: CreateDefaults): Route {
  const [name = 'help', ...words] = tokens(text);
  const command = commands.find((one) => one.name === name.toLowerCase());
  if (!command) return { now: { shown: unknownCommand(name) } };
  // `/kthw create --help` is what many try first.
  const wantsHelp = words.includes('--help') || words.includes('-h');
  if (wantsHelp) return route(`help ${command.name}`, asker, defaults);
  const read = readArguments(command, words, defaults);
  if ('problems' in read) {
    return { now: { shown: notUnderstood(read.problems, command.examples, `/kthw help ${command.name}`) } };
  }
  const asked = { args: read.args, ...asker };
  if (command.answersAtOnce) return { now: command.answersAtOnce(asked, commands, defaults) };
  return {
    needs: command.needsOf?.(asked) ?? command.needs ?? 'create',
    later: async (tools) => await runnable(command).run(asked, tools),
  };
}

/** What the bare name of a command opens, if it opens anything. `without`: the answer where nothing can be opened. */
export function routeAlone(
  text: string,
  { by, channel }: Asker,
): (Opening & { readonly without: Message }) | undefined {
  const [name, ...words] = tokens(text);
  const alone = commands.find((one) => one.name === name?.toLowerCase())?.alone;
  if (!alone || words.length > 0) return undefined;
  return { opens: (tools) => alone.opens(by, channel, tools), without: alone.without };
}

/** From a pressed button to what to do about it; nothing for a button that is not ours. */
export function routeButton(id: string, value: string | undefined, asker: Asker): Route | Opening | undefined {
  const button = buttons.find((one) => one.id === id);
  if (!button) return undefined;
  const read = button.value.safeParse(parsed(value));
  if (!read.success) return { now: { shown: notUnderstood(['this button is not one of ours'], [], '/kthw help') } };
  const { does } = button;
  const asked = { args: read.data, ...asker };
  if ('opens' in does) return { opens: (tools) => does.opens(asked, tools) };
  return {
    needs: button.needs?.(read.data) ?? 'create',
    later: (tools) => does.press(asked, tools),
    ...(button.at ? { channel: button.at(read.data) } : {}),
  };
}

/** From a submitted modal to what to do about it; nothing for one that is not ours. */
export function routeModal({ id, metadata, typed }: Entered, by: Person, tools: Tools): Submission | undefined {
  const found = modalOf(id, metadata);
  if (!found) return undefined;
  const { modal, value } = found;
  const channel = value.channel ?? typed[modal.channelBlock ?? ''] ?? '';
  const errors = modal.problems(value, typed, tools);
  if (errors) return { errors };
  const later = (tools: Tools) => modal.submit({ args: value, by, channel, typed }, tools);
  return { channel, route: { needs: 'create', later } };
}

/** From something changed in a modal to the modal anew; nothing for what changes nothing else. */
export function routeChange({ id, metadata, typed }: Entered, block: string, tools: Tools): Opened | undefined {
  const found = modalOf(id, metadata);
  return found?.modal.changed?.(found.value, typed, block, tools);
}

/** A modal as it comes back: its callback id, its metadata, and what was typed. */
export interface Entered {
  readonly id: string;
  readonly metadata: string;
  readonly typed: Typed;
}

function modalOf(id: string, metadata: string) {
  const modal = modals.find((one) => one.id === id);
  const read = modal?.value.safeParse(parsed(metadata));
  return modal && read?.success ? { modal, value: read.data } : undefined;
}

const buttons: readonly Button[] = [
  ...commands.flatMap((one) => one.buttons ?? []),
  ...Object.values(approvals),
  ...Object.values(follows),
  ...Object.values(homeButtons),
  extendYes,
  showHardWay,
  ...Object.values(pauses),
];
const modals: readonly Modal[] = [...commands.flatMap((one) => one.modals ?? []), hardWayPages];

function unknownCommand(name: string) {
  const meant = nearest(
    name,
    commands.map((one) => one.name),
  );
  const problem = `there is no command \`${name}\`${meant ? `; did you mean \`${meant}\`?` : ''}`;
  return notUnderstood([problem], commands.find((one) => one.name === meant)?.examples ?? [], '/kthw help');
}

function runnable(command: Command): Required<Pick<Command, 'run'>> {
  if (!command.run) throw new Error(`command "${command.name}" neither answers at once nor runs`);
  return { run: command.run };
}

function parsed(value: string | undefined): unknown {
  try {
    return JSON.parse(value ?? '');
  } catch {
    return undefined;
  }
}

function rank({ name }: Command): number {
  const at = order.indexOf(name);
  return at < 0 ? order.length : at;
}
