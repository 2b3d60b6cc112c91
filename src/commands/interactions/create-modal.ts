import type { ComputeChoices, MachineTypeChoice } from '../../engine/service/compute-catalog.ts';
import type { Policy } from '../authorization/policy.ts';
import type { CreateFormState } from '../messages/create-modal.ts';
import { renderCreateModal } from '../messages/index.ts';
import type { CommandDeps, CreateDefaults, ModalContent, ModalInput } from '../routing/command.ts';
import { type CreateModalState, channelBlockId, createModalId } from './create-modal-state.ts';

/** An undersized type takes about 30 of the 3,000 characters of `private_metadata`. */
const maxUndersizedTypes = 60;

/**
 * Opens the modal with cached options, then loads missing ones from Compute Engine.
 * @param channel where progress is posted; empty: the modal has a channel select if several channels are enabled
 */
export function openCreateModal(channel: string, deps: CommandDeps): ModalContent {
  const asksForChannel = channel === '' && getOnlyChannel(deps.policy) === undefined;
  const state = { asksForChannel, isExpanded: false, undersizedTypes: {} };
  return { ...buildModalContent(state, getDefaultInput(deps.defaults), deps), permission: 'create' };
}

/** Returns the channel of a modal that was opened outside a channel: the selected one, or the only enabled one. */
export function getSelectedChannel(input: ModalInput, { policy }: Pick<CommandDeps, 'policy'>): string | undefined {
  return getOnlyChannel(policy) ?? input[channelBlockId];
}

function getOnlyChannel({ channels }: Policy): string | undefined {
  return channels !== 'all' && channels.length === 1 ? channels[0] : undefined;
}

/** Updates fields that depend on a changed one. Returns undefined if no field does. */
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

function buildModalContent(state: CreateModalState, input: ModalInput, deps: CommandDeps): ModalContent {
  const { computeCatalog, versionCatalog } = deps;
  const cachedChoices = computeCatalog.getCachedChoices(
    alignZoneWithRegion(input, computeCatalog.getCachedChoices('')).zone ?? '',
  );
  const cachedVersions = versionCatalog.getCachedVersions();
  const isComplete = cachedChoices.regions && cachedChoices.machineTypes && cachedVersions;
  const buildView = (computeChoices: ComputeChoices, versions: readonly string[], isLoading: boolean) =>
    buildModalView(state, alignZoneWithRegion(input, computeChoices), { computeChoices, versions, isLoading }, deps);
  if (isComplete) return { view: buildView(cachedChoices, cachedVersions, false) };
  return {
    view: buildView(cachedChoices, cachedVersions ?? [input.version ?? deps.defaults.version], true),
    async loadView() {
      const [loadedChoices, versions] = await Promise.all([
        computeCatalog.loadChoices(alignZoneWithRegion(input, cachedChoices).zone ?? ''),
        versionCatalog.loadVersions(),
      ]);
      const { zone } = alignZoneWithRegion(input, loadedChoices);
      return buildView(
        zone === alignZoneWithRegion(input, cachedChoices).zone
          ? loadedChoices
          : await computeCatalog.loadChoices(zone ?? ''),
        versions,
        false,
      );
    },
  };
}

function buildModalView(
  state: CreateModalState,
  input: ModalInput,
  catalogState: Pick<CreateFormState, 'computeChoices' | 'versions' | 'isLoading'>,
  { policy }: CommandDeps,
) {
  const { asksForChannel, isExpanded } = state;
  return renderCreateModal({
    id: createModalId,
    value: {
      ...state,
      undersizedTypes: toUndersizedTypes(catalogState.computeChoices.machineTypes) ?? state.undersizedTypes,
    } satisfies CreateModalState,
    channelChoices: asksForChannel ? policy.channels : undefined,
    values: input,
    isExpanded,
    ...catalogState,
  });
}

/** Moves the zone into the selected region, with the same suffix if available. */
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
  return {
    ...(defaults.namePrefix === undefined ? {} : { name: defaults.namePrefix }),
    region,
    zone,
    machineType,
    controllers: String(controllers),
    workers: String(workers),
    version,
    subnet,
    podCidr,
    serviceCidr,
    sshFrom: sshRanges.join(', '),
  };
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
