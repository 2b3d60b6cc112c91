import type { z } from 'zod';
import { findSizeProblem } from '../../engine/cluster/find-size-problem.ts';
import { buildCreateArgsSchema } from '../arguments/create-args-schema.ts';
import { toFlagName } from '../arguments/flags.ts';
import type { CommandDeps, ModalInput } from '../routing/command.ts';
import { type CreateModalState, channelBlockId } from './create-modal-state.ts';

export type CreateArguments = z.infer<ReturnType<typeof buildCreateArgsSchema>>;

/** Parses the modal's input by the rules of the command's flags. Errors are by block id. */
export function parseCreateInput(
  { asksForChannel, undersizedTypes }: CreateModalState,
  input: ModalInput,
  { defaults, policy }: Pick<CommandDeps, 'defaults' | 'policy'>,
): { readonly args: CreateArguments } | { readonly errors: Readonly<Record<string, string>> } {
  const selectedChannel = input[channelBlockId] ?? '';
  const isAllowedChannel = policy.channels === 'all' || policy.channels.includes(selectedChannel);
  if (asksForChannel && !(selectedChannel && isAllowedChannel))
    return { errors: { [channelBlockId]: 'kthw is not enabled in this channel' } };
  const parsed = buildCreateArgsSchema(defaults).safeParse(toRawArgs(input));
  if (!parsed.success) {
    return {
      errors: Object.fromEntries(
        parsed.error.issues.map((one) => toFieldError(String(one.path[0] ?? ''), one.message, input)),
      ),
    };
  }
  const { machineType, forceSize } = parsed.data;
  const [cpus, memoryMb, sharedCpu] =
    (Object.hasOwn(undersizedTypes, machineType) && undersizedTypes[machineType]) || [];
  const problem =
    cpus === undefined
      ? undefined
      : findSizeProblem(machineType, { cpus, memoryMb: memoryMb ?? 0, sharedCpu: sharedCpu ?? false });
  return problem && !forceSize
    ? { errors: Object.fromEntries([toFieldError('machineType', problem, input)]) }
    : { args: parsed.data };
}

/** Converts input to raw flag values. Empty fields are omitted. */
function toRawArgs({ [channelBlockId]: _, otherType, forceSize, pause, ...rest }: ModalInput): Record<string, unknown> {
  const texts = { ...rest, ...(otherType?.trim() ? { machineType: otherType } : {}) };
  const textArgs = Object.entries(texts).flatMap(([key, text]) => (text.trim() ? [[key, text.trim()]] : []));
  const checkboxArgs = { ...(forceSize ? { forceSize: true } : {}), ...(pause ? { pause: true } : {}) };
  return { name: '', ...Object.fromEntries(textArgs), ...checkboxArgs };
}

/** Assigns an error to its field. Errors of hidden fields appear on the first field. */
function toFieldError(key: string, message: string, input: ModalInput): readonly [string, string] {
  const blockId = key === 'machineType' && input.otherType?.trim() ? 'otherType' : key;
  return Object.hasOwn(input, blockId) ? [blockId, message] : ['name', `${toFlagName(key)}: ${message}`];
}
