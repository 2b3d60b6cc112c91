import type { Person } from '../../store/person.ts';
import { parseArguments } from '../arguments/parse-arguments.ts';
import { suggest } from '../arguments/suggest.ts';
import { tokenize } from '../arguments/tokenize.ts';
import * as commandDefinitions from '../index.ts';
import { approvalButtons } from '../interactions/approval-buttons.ts';
import { extendButton } from '../interactions/extend-button.ts';
import { followUpButtons } from '../interactions/follow-up-buttons.ts';
import { homeButtons } from '../interactions/home-buttons.ts';
import { pauseButtons } from '../interactions/pause-buttons.ts';
import { commandsModal, showCommandsButton } from '../interactions/show-commands-button.ts';
import { renderInvalidArguments } from '../messages/command-replies.ts';
import type {
  Button,
  Command,
  CommandDeps,
  CommandReply,
  CreateDefaults,
  Message,
  Modal,
  ModalContent,
  ModalInput,
  Permission,
} from './command.ts';

/** Who asked, and where. */
export interface RequestOrigin {
  readonly requester: Person;
  readonly channel: string;
}

/** `now` goes out with the acknowledgement; `later` is work for after it, for who is allowed what it `needs`. */
export type Route =
  | { readonly immediateReply: CommandReply }
  | {
      readonly permission: Permission;
      readonly execute: (deps: CommandDeps) => Promise<CommandReply>;
      /** Where it is done, if not where it was asked for. */
      readonly channel?: string;
    };

/** Opened right after the acknowledgement. */
export interface ModalRoute {
  readonly openModal: (deps: CommandDeps) => ModalContent;
}

/** A modal that stays open for what is wrong, or work for after the acknowledgement. */
export type Submission =
  | { readonly errors: Readonly<Record<string, string>> }
  | { readonly channel: string; readonly route: Route };

/** In the order in which help shows them: what people do first comes first. */
const helpOrder = [
  ...['create', 'status', 'list', 'kubeconfig', 'revoke', 'resume', 'cancel', 'smoke', 'doctor'],
  ...['scale', 'resize', 'rebuild', 'delete', 'audit'],
];

export const commands: readonly Command[] = Object.values(commandDefinitions).toSorted(
  (a, b) => getHelpRank(a) - getHelpRank(b),
);

/** From the text after `/kthw` to what to do about it. */
export function routeCommand(text: string, origin: RequestOrigin, defaults: CreateDefaults): Route {
  const [name = 'help', ...words] = tokenize(text);
  const command = commands.find((one) => one.name === name.toLowerCase());
  if (!command) return { immediateReply: { message: renderUnknownCommand(name) } };
  // `/kthw create --help` is what many try first.
  const isHelpRequest = words.includes('--help') || words.includes('-h');
  if (isHelpRequest) return routeCommand(`help ${command.name}`, origin, defaults);
  const parsed = parseArguments(command, words, defaults);
  if ('problems' in parsed) {
    return {
      immediateReply: {
        message: renderInvalidArguments(parsed.problems, command.examples, `/kthw help ${command.name}`),
      },
    };
  }
  const request = { args: parsed.args, ...origin };
  if (command.respondImmediately) return { immediateReply: command.respondImmediately(request, commands, defaults) };
  return {
    permission: command.getPermission?.(request) ?? command.permission ?? 'create',
    execute: async (deps) => await requireRun(command).run(request, deps),
  };
}

/** What the bare name of a command opens, if it opens anything. `without`: the answer where nothing can be opened. */
export function routeBareCommand(
  text: string,
  { requester, channel }: RequestOrigin,
): (ModalRoute & { readonly fallbackMessage: Message }) | undefined {
  const [name, ...words] = tokenize(text);
  const bareModal = commands.find((one) => one.name === name?.toLowerCase())?.modalWithoutArgs;
  if (!bareModal || words.length > 0) return undefined;
  return {
    openModal: (deps) => bareModal.openModal(requester, channel, deps),
    fallbackMessage: bareModal.fallbackMessage,
  };
}

/** From a pressed button to what to do about it; nothing for a button that is not ours. */
export function routeButton(
  id: string,
  value: string | undefined,
  origin: RequestOrigin,
): Route | ModalRoute | undefined {
  const button = buttons.find((one) => one.id === id);
  if (!button) return undefined;
  const parsed = button.value.safeParse(parseJson(value));
  if (!parsed.success)
    return {
      immediateReply: { message: renderInvalidArguments(['this button is not one of ours'], [], '/kthw help') },
    };
  const { handler } = button;
  const request = { args: parsed.data, ...origin };
  if ('openModal' in handler) return { openModal: (deps) => handler.openModal(request, deps) };
  return {
    permission: button.getPermission?.(parsed.data) ?? 'create',
    execute: (deps) => handler.onClick(request, deps),
    ...(button.getChannel ? { channel: button.getChannel(parsed.data) } : {}),
  };
}

/** From a submitted modal to what to do about it; nothing for one that is not ours. */
export function routeModalSubmission(
  { id, metadata, input }: ModalPayload,
  requester: Person,
  deps: CommandDeps,
): Submission | undefined {
  const match = findModal(id, metadata);
  if (!match) return undefined;
  const { modal, value } = match;
  const channel = value.channel ?? input[modal.channelBlockId ?? ''] ?? '';
  const errors = modal.validate(value, input, deps);
  if (errors) return { errors };
  const execute = (deps: CommandDeps) => modal.onSubmit({ args: value, requester, channel, input }, deps);
  return { channel, route: { permission: 'create', execute } };
}

/** From something changed in a modal to the modal anew; nothing for what changes nothing else. */
export function routeModalChange(
  { id, metadata, input }: ModalPayload,
  blockId: string,
  deps: CommandDeps,
): ModalContent | undefined {
  const match = findModal(id, metadata);
  return match?.modal.onChange?.(match.value, input, blockId, deps);
}

/** A modal as it comes back: its callback id, its metadata, and what was typed. */
export interface ModalPayload {
  readonly id: string;
  readonly metadata: string;
  readonly input: ModalInput;
}

function findModal(id: string, metadata: string) {
  const modal = modals.find((one) => one.id === id);
  const parsed = modal?.value.safeParse(parseJson(metadata));
  return modal && parsed?.success ? { modal, value: parsed.data } : undefined;
}

const buttons: readonly Button[] = [
  ...commands.flatMap((one) => one.buttons ?? []),
  ...Object.values(approvalButtons),
  ...Object.values(followUpButtons),
  ...Object.values(homeButtons),
  extendButton,
  showCommandsButton,
  ...Object.values(pauseButtons),
];
const modals: readonly Modal[] = [...commands.flatMap((one) => one.modals ?? []), commandsModal];

function renderUnknownCommand(name: string) {
  const suggestion = suggest(
    name,
    commands.map((one) => one.name),
  );
  const problem = `there is no command \`${name}\`${suggestion ? `; did you mean \`${suggestion}\`?` : ''}`;
  return renderInvalidArguments(
    [problem],
    commands.find((one) => one.name === suggestion)?.examples ?? [],
    '/kthw help',
  );
}

function requireRun(command: Command): Required<Pick<Command, 'run'>> {
  if (!command.run) throw new Error(`command "${command.name}" neither answers at once nor runs`);
  return { run: command.run };
}

function parseJson(value: string | undefined): unknown {
  try {
    return JSON.parse(value ?? '');
  } catch {
    return undefined;
  }
}

function getHelpRank({ name }: Command): number {
  const index = helpOrder.indexOf(name);
  return index < 0 ? helpOrder.length : index;
}
