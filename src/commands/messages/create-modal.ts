import type { ActionsBlock, InputBlock, ModalView } from '@slack/types';
import { minimumControllerSize } from '../../engine/cluster/controller-size.ts';
import type { ComputeChoices, MachineTypeChoice } from '../../engine/service/compute-catalog.ts';
import { maxNameLength } from '../arguments/cluster-name-schema.ts';
import type { ModalInput } from '../routing/command.ts';
import { block } from './blocks.ts';
import { formField, type SelectOption } from './form-field.ts';
import { truncate } from './limits.ts';
import { md } from './markdown.ts';

export interface CreateFormState {
  /** Callback id of the modal. */
  readonly id: string;
  /** Returned with the submission. */
  readonly value: object;
  /** Channels for progress updates to choose from. Undefined: the form was opened in a channel. */
  readonly channelChoices: 'all' | readonly string[] | undefined;
  /** Initial values by block id. */
  readonly values: ModalInput;
  /** Kubernetes versions that can be downloaded, oldest first. Only the default while they are loading. */
  readonly versions: readonly string[];
  readonly isExpanded: boolean;
  readonly computeChoices: ComputeChoices;
  readonly isLoading: boolean;
}

/** Form with all options of `create`. Options that Compute Engine lists are selects, otherwise text fields. */
export function renderCreateModal(form: CreateFormState): ModalView {
  const { id, value, values, isExpanded } = form;
  return {
    type: 'modal',
    callback_id: id,
    private_metadata: JSON.stringify(value),
    title: { type: 'plain_text', text: 'Create a cluster' },
    submit: { type: 'plain_text', text: 'Create' },
    close: { type: 'plain_text', text: 'Cancel' },
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
      formField.checkboxes('forceSize', 'Undersized machine type', values.forceSize, [
        { value: 'yes', text: 'Allow undersized machine type (--force-size)' },
      ]),
      formField.select('controllers', 'Control plane nodes', values.controllers, ['1', '3', '5'].map(toSelectOption)),
      formField.number('workers', 'Worker nodes', values.workers, '0 to 20'),
      buildVersionField(form),
      ...(isExpanded ? buildAdvancedFields(values) : [buildExpandButton()]),
    ],
  };
}

const maxDescriptionLength = 75;
/** Slack's limits for options of a select and of radio buttons. */
const maxOptions = 100;
const maxRadioButtons = 10;
/** Larger machine types and those with accelerators are not listed, because a tutorial cluster doesn't need them. */
const maxListedSize = { cpus: 16, memoryMb: 131_072 } as const;
const acceleratorPattern = /^(a\d|g[2-9]|ct\d)/;

function buildNotices({ isLoading, computeChoices }: CreateFormState) {
  if (isLoading)
    return [block.context(md`⏳ Loading regions, zones, machine types and versions. Defaults can be submitted now`)];
  if (computeChoices.problem === undefined) return [];
  return [
    block.context(
      md`⚠️ Couldn't load options from Compute Engine (${computeChoices.problem}). Type the values; they are validated before any resource is created`,
    ),
  ];
}

function buildChannelFields({ channelChoices, values }: CreateFormState) {
  if (channelChoices === undefined) return [];
  if (channelChoices === 'all' || channelChoices.length > maxRadioButtons)
    return [formField.channelSelect('channel', 'Channel for progress updates', values.channel)];
  // Radio buttons are the only field that renders channel links.
  const choices = channelChoices.map((id) => ({ value: id, text: md.channel(id) }));
  return [formField.radioButtons('channel', 'Channel for progress updates', values.channel, choices)];
}

function buildLocationFields({ values, computeChoices: { regions }, isLoading }: CreateFormState): InputBlock[] {
  const { region = '', zone = '' } = values;
  if (!regions?.length && !isLoading)
    return [formField.text('region', 'Region', { value: region }), formField.text('zone', 'Zone', { value: zone })];
  // Keeps a configured region that the project doesn't list; validation reports it.
  const regionZones = regions?.find((one) => one.name === region)?.zones ?? [];
  const zones = regionZones.length > 0 ? regionZones : [zone];
  const names = new Set([...(regions ?? []).map(({ name }) => name), region]);
  return [
    formField.select('region', 'Region', region, [...names].map(toSelectOption), { dispatchesAction: true }),
    formField.select('zone', 'Zone', zone, zones.map(toSelectOption), { dispatchesAction: true, parentValue: region }),
  ];
}

function buildMachineTypeField({ values, computeChoices: { machineTypes }, isLoading }: CreateFormState): InputBlock {
  const { machineType = '', zone = '' } = values;
  const { cpus, memoryMb } = minimumControllerSize;
  const hint = `For all nodes. etcd and the API server need at least ${cpus} full vCPU and ${memoryMb} MB`;
  if (!machineTypes?.length) {
    const buildTextField = () => formField.text('machineType', 'Machine type', { value: machineType, hint });
    return isLoading
      ? formField.select('machineType', 'Machine type', machineType, [toSelectOption(machineType)], {
          parentValue: zone,
          hint,
        })
      : buildTextField();
  }
  return formField.groupedSelect(
    'machineType',
    'Machine type',
    machineType,
    groupMachineTypes(machineTypes, machineType),
    {
      parentValue: zone,
      hint,
    },
  );
}

/** Selects the newest version if the mirror doesn't have the requested one. */
function buildVersionField({ values: { version = '' }, versions }: CreateFormState): InputBlock {
  const selected = versions.includes(version) ? version : versions.at(-1);
  return formField.select('version', 'Kubernetes', selected, versions.toReversed().map(toSelectOption), {
    ...(selected === version || selected === undefined ? {} : { parentValue: selected }),
  });
}

/** Groups by family; undersized machine types are a group of their own. Always lists the selected one. */
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
    shortfall.length > 0 ? 'Too small for etcd and the API server' : `${name.split('-')[0]} machine types`;
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
    formField.checkboxes('pause', 'Tutorial mode', values.pause, [
      { value: 'yes', text: 'Pause after each chapter (--pause)' },
    ]),
    formField.text('otherType', 'Custom machine type', {
      value: values.otherType,
      optional: true,
      placeholder: 'n2-highcpu-32',
    }),
    formField.text('subnet', 'Node subnet CIDR', { value: values.subnet, optional: true, hint: '/16 to /26' }),
    formField.text('podCidr', 'Pod CIDR', {
      value: values.podCidr,
      optional: true,
      hint: 'One /24 per worker node',
    }),
    formField.text('serviceCidr', 'Service CIDR', { value: values.serviceCidr, optional: true }),
    formField.text('sshFrom', 'Allowed SSH source ranges', {
      value: values.sshFrom,
      optional: true,
      hint: 'Comma-separated CIDRs. SSH is enabled only while kthw works on the cluster',
    }),
    formField.text('ttl', 'Lifetime (TTL)', {
      value: values.ttl,
      optional: true,
      placeholder: '8h',
      hint: 'For example 8h or 2d. The thread gets a reminder before expiry. Empty: no expiry',
    }),
  ];
}

function buildExpandButton(): ActionsBlock {
  return {
    type: 'actions',
    block_id: 'advanced',
    elements: [block.button('create.showAdvanced', 'More options: pauses, CIDRs, TTL, machine types', true)],
  };
}

function toSelectOption(value: string): SelectOption {
  return { value, text: value };
}
