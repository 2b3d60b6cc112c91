import type { Person } from '../store/events.ts';
import { approvals } from './approvals.ts';
import type { Button, Command, CreateDefaults, Reply, Tools } from './command.ts';
import * as listed from './index.ts';
import { notUnderstood } from './messages/refusals.ts';
import { nearest } from './nearest.ts';
import { readArguments } from './read-arguments.ts';
import { tokens } from './tokens.ts';

/** Who asked, and where. */
export interface Asker {
  readonly by: Person;
  readonly channel: string;
}

/** `now` goes out with the acknowledgement; `later` is work for after it. */
export type Route = { readonly now: Reply } | { readonly later: (tools: Tools) => Promise<Reply> };

/** In the order in which help shows them: what people do first comes first. */
const order = ['create', 'status', 'list', 'kubeconfig', 'resume', 'cancel', 'smoke', 'delete'];

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
  return { later: async (tools) => await need(command).run(asked, tools) };
}

/** From a pressed button to what to do about it; nothing for a button that is not ours. */
export function routeButton(id: string, value: string | undefined, asker: Asker): Route | undefined {
  const button = buttons.find((one) => one.id === id);
  if (!button) return undefined;
  const read = button.value.safeParse(parsed(value));
  if (!read.success)
    return { now: { shown: notUnderstood(['this button is not one of ours any more'], [], '/kthw help') } };
  return { later: (tools) => button.press({ args: read.data, ...asker }, tools) };
}

const buttons: readonly Button[] = [...commands.flatMap((one) => one.buttons ?? []), ...Object.values(approvals)];

function unknownCommand(name: string) {
  const meant = nearest(
    name,
    commands.map((one) => one.name),
  );
  const problem = `there is no command \`${name}\`${meant ? `; did you mean \`${meant}\`?` : ''}`;
  return notUnderstood([problem], commands.find((one) => one.name === meant)?.examples ?? [], '/kthw help');
}

function need(command: Command): Required<Pick<Command, 'run'>> {
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
