import { parseJson } from '../../store/parse-json.ts';
import type { Person } from '../../store/person.ts';
import { commandsModal } from '../interactions/show-commands-button.ts';
import type { CommandDeps, Modal, ModalInput } from './command.ts';
import { commandRegistry } from './command-registry.ts';
import { getSubject } from './resolve-channel.ts';
import type { ModalRoute, Route } from './route.ts';

/** Errors by block id, which keep the modal open, or a route for after the acknowledgement. */
type Submission = { readonly errors: Readonly<Record<string, string>> } | { readonly route: Route };

/** A modal as Slack returns it. `id` is its `callback_id`. */
export interface ModalPayload {
  readonly id: string;
  readonly metadata: string;
  readonly input: ModalInput;
}

const modals: readonly Modal[] = [
  ...commandRegistry.flatMap(({ interactions }) => interactions?.modals ?? []),
  commandsModal,
];

/** Routes a submitted modal. Returns undefined for an unknown modal. */
export function routeModalSubmission(
  { id, metadata, input }: ModalPayload,
  requester: Person,
  deps: CommandDeps,
): Submission | undefined {
  const match = findModal(id, metadata);
  if (!match) return undefined;
  const { modal, value } = match;
  const errors = modal.validate(value, input, deps);
  if (errors) return { errors };
  const selectedChannel = modal.getSelectedChannel?.(input, deps);
  const execute = (submitDeps: CommandDeps, channel = '') =>
    modal.onSubmit({ args: value, requester, channel, input }, submitDeps);
  return { route: { permission: 'create', subject: getSubject(value), selectedChannel, execute } };
}

/** Returns the updated modal after a change in it, or undefined if nothing else depends on the change. */
export function routeModalChange(
  { id, metadata, input }: ModalPayload,
  blockId: string,
  deps: CommandDeps,
): ModalRoute | undefined {
  const match = findModal(id, metadata);
  const content = match?.modal.onChange?.(match.value, input, blockId, deps);
  return match && content && { subject: getSubject(match.value), openModal: () => content };
}

function findModal(id: string, metadata: string) {
  const modal = modals.find((one) => one.id === id);
  const parsed = modal?.value.safeParse(parseJson(metadata));
  return modal && parsed?.success ? { modal, value: parsed.data } : undefined;
}
