import { z } from 'zod';
import { sizeProblem } from '../../engine/phases/preflight.ts';
import type { Offer, Size } from '../../engine/service/compute-catalog.ts';
import { createArguments } from '../arguments/create-args-schema.ts';
import { flagName } from '../arguments/flags.ts';
import { type CreateForm, createModal } from '../messages/create-modal.ts';
import type { CreateDefaults, Opened, Tools, Typed } from '../routing/command.ts';

/** What the modal carries from one showing to the next, and back when it is submitted. */
export const Carried = z.strictObject({
  /** Where it was asked for; absent: it is chosen in the modal. */
  channel: z.string().min(1).max(50).optional(),
  more: z.boolean().default(false),
  /** Sizes on the list that are too small: CPUs, MB, whether the CPU is shared. */
  small: z.record(z.string(), z.tuple([z.number(), z.number(), z.boolean()])).default({}),
});
export type Carried = z.infer<typeof Carried>;
export type CreateArguments = z.infer<ReturnType<typeof createArguments>>;

/** What a modal carries has 3,000 characters; a size takes about thirty. */
const mostSmall = 60;

export const formId = 'create.form';
export const channelBlock = 'channel';

/**
 * The modal in which a cluster is described: at once with what is known, then with what Compute Engine answers. Asked
 * for where there is no channel, it asks for one.
 */
export function openForm(channel: string | undefined, tools: Tools): Opened {
  const { channels } = tools.policy;
  const only = channels !== 'all' && channels.length === 1 ? channels[0] : undefined;
  const where = channel ?? only;
  const carried = { ...(where === undefined ? {} : { channel: where }), more: false, small: {} };
  const guarded = where ?? (channels === 'all' ? '' : (channels[0] ?? ''));
  return { ...form(carried, defaultValues(tools.defaults), tools), guards: { channel: guarded, needs: 'create' } };
}

/** The same once something was changed that others hang on; nothing where nothing does. */
export function changedForm(carried: Carried, typed: Typed, block: string, tools: Tools): Opened | undefined {
  switch (block) {
    case 'region':
    case 'zone':
      return form(carried, typed, tools);
    case 'more':
      return form({ ...carried, more: true }, { ...defaultValues(tools.defaults), ...typed }, tools);
    default:
      return undefined;
  }
}

/** What was asked for, or what is wrong with it, by block: the same rules and words as for the flags. */
export function readForm(
  { channel, small }: Carried,
  typed: Typed,
  { defaults, policy }: Pick<Tools, 'defaults' | 'policy'>,
): { readonly args: CreateArguments } | { readonly errors: Readonly<Record<string, string>> } {
  const chosen = channel ?? typed[channelBlock] ?? '';
  const isHeard = policy.channels === 'all' || policy.channels.includes(chosen);
  if (channel === undefined && !(chosen && isHeard))
    return { errors: { [channelBlock]: 'I don’t listen in this channel' } };
  const checked = createArguments(defaults).safeParse(given(typed));
  if (!checked.success) {
    return {
      errors: Object.fromEntries(
        checked.error.issues.map((one) => beside(String(one.path[0] ?? ''), one.message, typed)),
      ),
    };
  }
  const { machineType, forceSize } = checked.data;
  const [cpus, memoryMb, sharedCpu] = small[machineType] ?? [];
  const problem =
    cpus === undefined
      ? undefined
      : sizeProblem(machineType, { cpus, memoryMb: memoryMb ?? 0, sharedCpu: sharedCpu ?? false });
  return problem && !forceSize
    ? { errors: Object.fromEntries([beside('machineType', problem, typed)]) }
    : { args: checked.data };
}

function form(carried: Carried, values: Typed, tools: Tools): Opened {
  const known = tools.offers.known(settled(values, tools.offers.known('')).zone ?? '');
  const isKnown = known.regions !== undefined && known.sizes !== undefined;
  const shown = (offer: Offer, asking: boolean) => view(carried, settled(values, offer), { offer, asking }, tools);
  if (isKnown) return { view: shown(known, false) };
  return {
    view: shown(known, true),
    async filled() {
      const first = await tools.offers.at(settled(values, known).zone ?? '');
      const { zone } = settled(values, first);
      return shown(zone === settled(values, known).zone ? first : await tools.offers.at(zone ?? ''), false);
    },
  };
}

function view(
  carried: Carried,
  values: Typed,
  offered: Pick<CreateForm, 'offer' | 'asking'>,
  { defaults, policy }: Tools,
) {
  const { channel, more } = carried;
  return createModal({
    id: formId,
    value: { ...carried, small: smallOnes(offered.offer.sizes) ?? carried.small } satisfies Carried,
    where: channel === undefined ? { among: policy.channels } : { channel },
    values,
    versions: defaults.versions,
    more,
    ...offered,
  });
}

/** The values with a zone that is in the region: the same letter where there is one. */
function settled(values: Typed, { regions }: Offer): Typed {
  const { region = '', zone = '' } = values;
  const zones = regions?.find((one) => one.name === region)?.zones;
  if (zones?.includes(zone) || (!zones && zone.startsWith(`${region}-`))) return values;
  const letter = zone.slice(-2);
  return { ...values, zone: zones?.find((one) => one.endsWith(letter)) ?? zones?.[0] ?? `${region}-b` };
}

function defaultValues(defaults: CreateDefaults): Typed {
  const { region, zone, machineType, controllers, workers, version, subnet, podCidr, serviceCidr, sshRanges } =
    defaults;
  const counts = { controllers: String(controllers), workers: String(workers) };
  const ranges = { subnet, podCidr, serviceCidr, sshFrom: sshRanges.join(', ') };
  return { region, zone, machineType, ...counts, version, ...ranges };
}

/** As the flags would say it: what is empty was not given. */
function given({ [channelBlock]: _, otherType, forceSize, pause, ...typed }: Typed): Record<string, unknown> {
  const texts = { ...typed, ...(otherType?.trim() ? { machineType: otherType } : {}) };
  const filled = Object.entries(texts).flatMap(([key, text]) => (text.trim() ? [[key, text.trim()]] : []));
  const ticked = { ...(forceSize ? { forceSize: true } : {}), ...(pause ? { pause: true } : {}) };
  return { name: '', ...Object.fromEntries(filled), ...ticked };
}

/** What is wrong with a field that is not there is said beside the first one. */
function beside(key: string, message: string, typed: Typed): readonly [string, string] {
  const block = key === 'machineType' && typed.otherType?.trim() ? 'otherType' : key;
  return block in typed ? [block, message] : ['name', `${flagName(key)}: ${message}`];
}

function smallOnes(sizes: readonly Size[] | undefined): Carried['small'] | undefined {
  if (!sizes) return undefined;
  const small = sizes.filter(({ lacks }) => lacks.length > 0).slice(0, mostSmall);
  return Object.fromEntries(small.map(({ name, cpus, memoryMb, sharedCpu }) => [name, [cpus, memoryMb, sharedCpu]]));
}
