import type { ActionsBlock, InputBlock, ModalView } from '@slack/types';
import { minimumControllerSize } from '../../engine/phases/preflight.ts';
import type { ComputeChoices, MachineTypeChoice } from '../../engine/service/compute-catalog.ts';
import { maxNameLength } from '../arguments/cluster-name-schema.ts';
import type { ModalInput } from '../routing/command.ts';
import { block } from './blocks.ts';
import { formField, type SelectOption } from './form-field.ts';
import { truncate } from './limits.ts';
import { formatChannelLink, md } from './markdown.ts';

export interface CreateFormState {
  /** The modal's callback id, and what comes back with it. */
  readonly id: string;
  readonly value: object;
  /** The channel where the run is told; or those to choose from. */
  readonly channelChoice: { readonly channel: string } | { readonly choices: 'all' | readonly string[] };
  /** Every value as it is to be shown, by block. */
  readonly values: ModalInput;
  readonly versions: readonly string[];
  /** Whether the fields that few need are there. */
  readonly isExpanded: boolean;
  readonly computeChoices: ComputeChoices;
  /** Compute Engine was not answered yet. */
  readonly isLoading: boolean;
}

/** Everything that `create` takes. What Compute Engine lists is chosen, or typed where it lists nothing. */
export function renderCreateModal(form: CreateFormState): ModalView {
  const { id, value, values, versions, isExpanded } = form;
  return {
    type: 'modal',
    callback_id: id,
    private_metadata: JSON.stringify(value),
    title: { type: 'plain_text', text: 'Create a cluster' },
    submit: { type: 'plain_text', text: 'Create' },
    close: { type: 'plain_text', text: 'Not now' },
    blocks: [
      ...buildNotices(form),
      ...buildChannelFields(form),
      formField.text('name', 'Name', {
        value: values.name,
        maxLength: maxNameLength,
        placeholder: 'demo',
        focusOnLoad: true,
      }),
      ...buildLocationFields(form),
      buildMachineTypeField(form),
      formField.checkboxes('forceSize', 'A size that is too small', values.forceSize, [
        { value: 'yes', text: 'Use it anyway (--force-size)' },
      ]),
      formField.select('controllers', 'Controllers', values.controllers, ['1', '3', '5'].map(toSelectOption)),
      formField.number('workers', 'Workers', values.workers, '0 to 20'),
      formField.select('version', 'Kubernetes', values.version, versions.toReversed().map(toSelectOption)),
      ...(isExpanded ? buildAdvancedFields(values) : [buildExpandButton()]),
    ],
  };
}

const maxDescriptionLength = 75;
/** What a select takes, and what radio buttons take. */
const maxOptions = 100;
const maxRadioButtons = 10;
/** Larger ones and those with accelerators are typed: a cluster of the tutorial has no use for them. */
const maxListedSize = { cpus: 16, memoryMb: 131_072 } as const;
const acceleratorPattern = /^(a\d|g[2-9]|ct\d)/;

function buildNotices({ isLoading, computeChoices }: CreateFormState) {
  if (isLoading)
    return [
      block.context(md`⏳ Asking Compute Engine for its regions, zones and sizes. What is here can be used already`),
    ];
  if (computeChoices.problem === undefined) return [];
  return [
    block.context(
      md`⚠️ Compute Engine gave no list (${computeChoices.problem}), so type what is missing here; it is checked before anything is made`,
    ),
  ];
}

function buildChannelFields({ channelChoice, values }: CreateFormState) {
  if ('channel' in channelChoice) return [];
  if (channelChoice.choices === 'all' || channelChoice.choices.length > maxRadioButtons)
    return [formField.channelSelect('channel', 'Channel where its progress is told', values.channel)];
  // Only these show the name of a channel for its id.
  const choices = channelChoice.choices.map((id) => ({ value: id, text: formatChannelLink(id) }));
  return [formField.radioButtons('channel', 'Channel where its progress is told', values.channel, choices)];
}

function buildLocationFields({ values, computeChoices: { regions }, isLoading }: CreateFormState): InputBlock[] {
  const { region = '', zone = '' } = values;
  if (!regions?.length && !isLoading)
    return [formField.text('region', 'Region', { value: region }), formField.text('zone', 'Zone', { value: zone })];
  // A configured region that the project has not: it stays, and what is wrong with it is said when it is looked at.
  const regionZones = regions?.find((one) => one.name === region)?.zones ?? [];
  const zones = regionZones.length > 0 ? regionZones : [zone];
  const names = new Set([...(regions ?? []).map(({ name }) => name), region]);
  return [
    formField.select('region', 'Region', region, [...names].map(toSelectOption), { dispatchesAction: true }),
    // Slack keeps what was chosen where a field stays the same one: that of another region is another one.
    formField.select('zone', 'Zone', zone, zones.map(toSelectOption), { dispatchesAction: true, parentValue: region }),
  ];
}

function buildMachineTypeField({ values, computeChoices: { machineTypes }, isLoading }: CreateFormState): InputBlock {
  const { machineType = '', zone = '' } = values;
  const { cpus, memoryMb } = minimumControllerSize;
  const hint = `of every machine; etcd and the API server need ${cpus} whole CPU and ${memoryMb} MB at least`;
  if (!machineTypes?.length) {
    const buildTextField = () => formField.text('machineType', 'Size', { value: machineType, hint });
    return isLoading
      ? formField.select('machineType', 'Size', machineType, [toSelectOption(machineType)], { parentValue: zone, hint })
      : buildTextField();
  }
  return formField.groupedSelect('machineType', 'Size', machineType, groupMachineTypes(machineTypes, machineType), {
    parentValue: zone,
    hint,
  });
}

/** By family, with those that are too small apart; the one that is chosen is always there. */
function groupMachineTypes(
  machineTypes: readonly MachineTypeChoice[],
  selected: string,
): { label: string; choices: SelectOption[] }[] {
  const listed = machineTypes.filter(
    ({ name, cpus, memoryMb }) =>
      name === selected ||
      (cpus <= maxListedSize.cpus && memoryMb <= maxListedSize.memoryMb && !acceleratorPattern.test(name)),
  );
  const label = ({ name, shortfall }: MachineTypeChoice) =>
    shortfall.length > 0 ? 'Too small for etcd and the API server' : `${name.split('-')[0]} machines`;
  const getGroupRank = (group: string) => (group.startsWith('Too small') ? 2 : group.startsWith('e2 ') ? 0 : 1);
  return [...Map.groupBy(listed, label)]
    .toSorted(([a], [b]) => getGroupRank(a) - getGroupRank(b))
    .map(([label, all]) => ({
      label,
      choices: all.toSorted(compareMachineTypes).slice(0, maxOptions).map(toMachineTypeOption),
    }));
}

function compareMachineTypes(a: MachineTypeChoice, b: MachineTypeChoice): number {
  return a.cpus - b.cpus || a.memoryMb - b.memoryMb;
}

function toMachineTypeOption({ name, cpus, memoryMb, sharedCpu, shortfall }: MachineTypeChoice): SelectOption {
  const gb = Math.round(memoryMb / 102.4) / 10;
  const text = `${name} · ${cpus} ${sharedCpu ? 'shared ' : ''}vCPU, ${gb} GB`;
  if (shortfall.length === 0) return { value: name, text };
  return { value: name, text: `⚠️ ${text}`, description: truncate(shortfall.join(', '), maxDescriptionLength) };
}

function buildAdvancedFields(values: ModalInput): InputBlock[] {
  return [
    formField.checkboxes('pause', 'To learn from it', values.pause, [
      { value: 'yes', text: 'Wait for a button after every chapter (--pause)' },
    ]),
    formField.text('otherType', 'Another size, by its name', {
      value: values.otherType,
      optional: true,
      placeholder: 'n2-highcpu-32',
    }),
    formField.text('subnet', 'Addresses of the machines', { value: values.subnet, optional: true, hint: '/16 to /26' }),
    formField.text('podCidr', 'Addresses of pods', {
      value: values.podCidr,
      optional: true,
      hint: 'a /24 for each worker',
    }),
    formField.text('serviceCidr', 'Addresses of services', { value: values.serviceCidr, optional: true }),
    formField.text('sshFrom', 'From where machines take ssh', {
      value: values.sshFrom,
      optional: true,
      hint: 'ranges with commas between; ssh is open only while kthw works on the cluster',
    }),
    formField.text('ttl', 'How long it is wanted', {
      value: values.ttl,
      optional: true,
      placeholder: '8h',
      hint: 'like 8h or 2d: its thread asks before that is over. Empty: until somebody deletes it',
    }),
  ];
}

function buildExpandButton(): ActionsBlock {
  return {
    type: 'actions',
    block_id: 'advanced',
    elements: [block.button('create.showAdvanced', 'More: pauses, address ranges, lifetime, other sizes', true)],
  };
}

function toSelectOption(value: string): SelectOption {
  return { value, text: value };
}
