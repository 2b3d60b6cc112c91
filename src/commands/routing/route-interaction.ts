import type { Person } from '../../store/person.ts';
import { approvalButtons } from '../interactions/approval-buttons.ts';
import { extendButton } from '../interactions/extend-button.ts';
import { followUpButtons } from '../interactions/follow-up-buttons.ts';
import { homeButtons } from '../interactions/home-buttons.ts';
import { pauseButtons } from '../interactions/pause-buttons.ts';
import { commandsModal, showCommandsButton } from '../interactions/show-commands-button.ts';
import { renderInvalidArguments } from '../messages/command-replies.ts';
import type { Button, CommandDeps, Modal, ModalContent, ModalInput } from './command.ts';
import { commandRegistry } from './command-registry.ts';
import type { ModalRoute, RequestOrigin, Route } from './route.ts';

/** Errors by block id, which keep the modal open, or a route for after the acknowledgement. */
export type Submission =
  | { readonly errors: Readonly<Record<string, string>> }
  | { readonly channel: string; readonly route: Route };

/** A modal as Slack returns it. `id` is its `callback_id`. */
export interface ModalPayload {
  readonly id: string;
  readonly metadata: string;
  readonly input: ModalInput;
}

const buttons: readonly Button[] = [
  ...commandRegistry.flatMap(({ interactions }) => interactions?.buttons ?? []),
  ...Object.values(approvalButtons),
  ...Object.values(followUpButtons),
  ...Object.values(homeButtons),
  extendButton,
  showCommandsButton,
  ...Object.values(pauseButtons),
];
const modals: readonly Modal[] = [
  ...commandRegistry.flatMap(({ interactions }) => interactions?.modals ?? []),
  commandsModal,
];

/** Routes a click. Returns undefined for an unknown action id. */
export function routeButton(
  id: string,
  value: string | undefined,
  origin: RequestOrigin,
): Route | ModalRoute | undefined {
  const button = buttons.find((one) => one.id === id);
  if (!button) return undefined;
  const parsed = button.value.safeParse(parseJson(value));
  if (!parsed.success)
    return { immediateReply: { message: renderInvalidArguments(['this button is not valid'], [], '/kthw help') } };
  const { handler } = button;
  const request = { args: parsed.data, ...origin };
  if ('openModal' in handler) return { openModal: (deps) => handler.openModal(request, deps) };
  return {
    permission: button.getPermission?.(parsed.data) ?? 'create',
    execute: (deps) => handler.onClick(request, deps),
    ...(button.getChannel ? { channel: button.getChannel(parsed.data) } : {}),
  };
}

/** Routes a submitted modal. Returns undefined for an unknown modal. */
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
  const execute = (submitDeps: CommandDeps) => modal.onSubmit({ args: value, requester, channel, input }, submitDeps);
  return { channel, route: { permission: 'create', execute } };
}

/** Returns the updated modal after a change in it, or undefined if nothing else depends on the change. */
export function routeModalChange(
  { id, metadata, input }: ModalPayload,
  blockId: string,
  deps: CommandDeps,
): ModalContent | undefined {
  const match = findModal(id, metadata);
  return match?.modal.onChange?.(match.value, input, blockId, deps);
}

function findModal(id: string, metadata: string) {
  const modal = modals.find((one) => one.id === id);
  const parsed = modal?.value.safeParse(parseJson(metadata));
  return modal && parsed?.success ? { modal, value: parsed.data } : undefined;
}

function parseJson(value: string | undefined): unknown {
  try {
    return JSON.parse(value ?? '');
  } catch {
    return undefined;
  }
}
