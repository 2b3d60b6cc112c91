import { z } from 'zod';
import { findSizeProblem } from '../../engine/phases/preflight.ts';
import type { ComputeChoices, MachineTypeChoice } from '../../engine/service/compute-catalog.ts';
import { buildCreateArgsSchema } from '../arguments/create-args-schema.ts';
import { toFlagName } from '../arguments/flags.ts';
import { type CreateFormState, renderCreateModal } from '../messages/create-modal.ts';
import type { CommandDeps, CreateDefaults, ModalContent, ModalInput } from '../routing/command.ts';

/** What the modal carries from one showing to the next, and back when it is submitted. */
export const CreateModalState = z.strictObject({
  /** Where it was asked for; absent: it is chosen in the modal. */
  channel: z.string().min(1).max(50).optional(),
  isExpanded: z.boolean().default(false),
  /** Sizes on the list that are too small: CPUs, MB, whether the CPU is shared. */
  undersizedTypes: z.record(z.string(), z.tuple([z.number(), z.number(), z.boolean()])).default({}),
});
export type CreateModalState = z.infer<typeof CreateModalState>;
export type CreateArguments = z.infer<ReturnType<typeof buildCreateArgsSchema>>;

/** What a modal carries has 3,000 characters; a size takes about thirty. */
const maxUndersizedTypes = 60;

export const createModalId = 'create.form';
export const channelBlockId = 'channel';

/**
 * The modal in which a cluster is described: at once with what is known, then with what Compute Engine answers. Asked
 * for where there is no channel, it asks for one.
 */
export function openCreateModal(channel: string | undefined, deps: CommandDeps): ModalContent {
  const { channels } = deps.policy;
  const onlyChannel = channels !== 'all' && channels.length === 1 ? channels[0] : undefined;
  const modalChannel = channel ?? onlyChannel;
  const state = {
    ...(modalChannel === undefined ? {} : { channel: modalChannel }),
    isExpanded: false,
    undersizedTypes: {},
  };
  const authorizationChannel = modalChannel ?? (channels === 'all' ? '' : (channels[0] ?? ''));
  return {
    ...buildModalContent(state, getDefaultInput(deps.defaults), deps),
    access: { channel: authorizationChannel, permission: 'create' },
  };
}

/** The same once something was changed that others hang on; nothing where nothing does. */
export function updateCreateModal(
  state: CreateModalState,
  input: ModalInput,
  blockId: string,
  deps: CommandDeps,
): ModalContent | undefined {
  switch (blockId) {
    case 'region':
    case 'zone':
      return buildModalContent(state, input, deps);
    case 'advanced':
      return buildModalContent({ ...state, isExpanded: true }, { ...getDefaultInput(deps.defaults), ...input }, deps);
    default:
      return undefined;
  }
}

/** What was asked for, or what is wrong with it, by block: the same rules and words as for the flags. */
export function parseCreateInput(
  { channel, undersizedTypes }: CreateModalState,
  input: ModalInput,
  { defaults, policy }: Pick<CommandDeps, 'defaults' | 'policy'>,
): { readonly args: CreateArguments } | { readonly errors: Readonly<Record<string, string>> } {
  const selectedChannel = channel ?? input[channelBlockId] ?? '';
  const isAllowedChannel = policy.channels === 'all' || policy.channels.includes(selectedChannel);
  if (channel === undefined && !(selectedChannel && isAllowedChannel))
    return { errors: { [channelBlockId]: 'I don’t listen in this channel' } };
  const parsed = buildCreateArgsSchema(defaults).safeParse(toRawArgs(input));
  if (!parsed.success) {
    return {
      errors: Object.fromEntries(
        parsed.error.issues.map((one) => toFieldError(String(one.path[0] ?? ''), one.message, input)),
      ),
    };
  }
  const { machineType, forceSize } = parsed.data;
  const [cpus, memoryMb, sharedCpu] = undersizedTypes[machineType] ?? [];
  const problem =
    cpus === undefined
      ? undefined
      : findSizeProblem(machineType, { cpus, memoryMb: memoryMb ?? 0, sharedCpu: sharedCpu ?? false });
  return problem && !forceSize
    ? { errors: Object.fromEntries([toFieldError('machineType', problem, input)]) }
    : { args: parsed.data };
}

function buildModalContent(state: CreateModalState, input: ModalInput, deps: CommandDeps): ModalContent {
  const cachedChoices = deps.computeCatalog.getCachedChoices(
    alignZoneWithRegion(input, deps.computeCatalog.getCachedChoices('')).zone ?? '',
  );
  const isComplete = cachedChoices.regions !== undefined && cachedChoices.machineTypes !== undefined;
  const buildView = (computeChoices: ComputeChoices, isLoading: boolean) =>
    buildModalView(state, alignZoneWithRegion(input, computeChoices), { computeChoices, isLoading }, deps);
  if (isComplete) return { view: buildView(cachedChoices, false) };
  return {
    view: buildView(cachedChoices, true),
    async loadView() {
      const loadedChoices = await deps.computeCatalog.loadChoices(alignZoneWithRegion(input, cachedChoices).zone ?? '');
      const { zone } = alignZoneWithRegion(input, loadedChoices);
      return buildView(
        zone === alignZoneWithRegion(input, cachedChoices).zone
          ? loadedChoices
          : await deps.computeCatalog.loadChoices(zone ?? ''),
        false,
      );
    },
  };
}

function buildModalView(
  state: CreateModalState,
  input: ModalInput,
  catalogState: Pick<CreateFormState, 'computeChoices' | 'isLoading'>,
  { defaults, policy }: CommandDeps,
) {
  const { channel, isExpanded } = state;
  return renderCreateModal({
    id: createModalId,
    value: {
      ...state,
      undersizedTypes: toUndersizedTypes(catalogState.computeChoices.machineTypes) ?? state.undersizedTypes,
    } satisfies CreateModalState,
    channelChoice: channel === undefined ? { choices: policy.channels } : { channel },
    values: input,
    versions: defaults.versions,
    isExpanded,
    ...catalogState,
  });
}

/** The values with a zone that is in the region: the same letter where there is one. */
function alignZoneWithRegion(input: ModalInput, { regions }: ComputeChoices): ModalInput {
  const { region = '', zone = '' } = input;
  const zones = regions?.find((one) => one.name === region)?.zones;
  if (zones?.includes(zone) || (!zones && zone.startsWith(`${region}-`))) return input;
  const letter = zone.slice(-2);
  return { ...input, zone: zones?.find((one) => one.endsWith(letter)) ?? zones?.[0] ?? `${region}-b` };
}

function getDefaultInput(defaults: CreateDefaults): ModalInput {
  const { region, zone, machineType, controllers, workers, version, subnet, podCidr, serviceCidr, sshRanges } =
    defaults;
  const counts = { controllers: String(controllers), workers: String(workers) };
  const ranges = { subnet, podCidr, serviceCidr, sshFrom: sshRanges.join(', ') };
  return { region, zone, machineType, ...counts, version, ...ranges };
}

/** As the flags would say it: what is empty was not given. */
function toRawArgs({ [channelBlockId]: _, otherType, forceSize, pause, ...rest }: ModalInput): Record<string, unknown> {
  const texts = { ...rest, ...(otherType?.trim() ? { machineType: otherType } : {}) };
  const textArgs = Object.entries(texts).flatMap(([key, text]) => (text.trim() ? [[key, text.trim()]] : []));
  const checkboxArgs = { ...(forceSize ? { forceSize: true } : {}), ...(pause ? { pause: true } : {}) };
  return { name: '', ...Object.fromEntries(textArgs), ...checkboxArgs };
}

/** What is wrong with a field that is not there is said beside the first one. */
function toFieldError(key: string, message: string, input: ModalInput): readonly [string, string] {
  const blockId = key === 'machineType' && input.otherType?.trim() ? 'otherType' : key;
  return blockId in input ? [blockId, message] : ['name', `${toFlagName(key)}: ${message}`];
}

function toUndersizedTypes(
  machineTypes: readonly MachineTypeChoice[] | undefined,
): CreateModalState['undersizedTypes'] | undefined {
  if (!machineTypes) return undefined;
  const undersized = machineTypes.filter(({ shortfall }) => shortfall.length > 0).slice(0, maxUndersizedTypes);
  return Object.fromEntries(
    undersized.map(({ name, cpus, memoryMb, sharedCpu }) => [name, [cpus, memoryMb, sharedCpu]]),
  );
}
