import type { ActionsBlock, InputBlock, ModalView } from '@slack/types';
import { smallestController } from '../../engine/phases/preflight.ts';
import type { Offer, Size } from '../../engine/service/compute-catalog.ts';
import { nameLimit } from '../arguments/cluster-name-schema.ts';
import type { Typed } from '../routing/command.ts';
import { block } from './blocks.ts';
import { type Choice, field } from './form-field.ts';
import { cut } from './limits.ts';
import { channelLink, md } from './markdown.ts';

export interface CreateForm {
  /** The modal's callback id, and what comes back with it. */
  readonly id: string;
  readonly value: object;
  /** The channel where the run is told; or those to choose from. */
  readonly where: { readonly channel: string } | { readonly among: 'all' | readonly string[] };
  /** Every value as it is to be shown, by block. */
  readonly values: Typed;
  readonly versions: readonly string[];
  /** Whether the fields that few need are there. */
  readonly more: boolean;
  readonly offer: Offer;
  /** Compute Engine was not answered yet. */
  readonly asking: boolean;
}

/** Everything that `create` takes. What Compute Engine lists is chosen, or typed where it lists nothing. */
export function createModal(form: CreateForm): ModalView {
  const { id, value, values, versions, more } = form;
  return {
    type: 'modal',
    callback_id: id,
    private_metadata: JSON.stringify(value),
    title: { type: 'plain_text', text: 'Create a cluster' },
    submit: { type: 'plain_text', text: 'Create' },
    close: { type: 'plain_text', text: 'Not now' },
    blocks: [
      ...notes(form),
      ...whereTo(form),
      field.text('name', 'Name', { value: values.name, longest: nameLimit, example: 'demo', focus: true }),
      ...place(form),
      size(form),
      field.ticks('forceSize', 'A size that is too small', values.forceSize, [
        { value: 'yes', text: 'Use it anyway (--force-size)' },
      ]),
      field.select('controllers', 'Controllers', values.controllers, ['1', '3', '5'].map(same)),
      field.number('workers', 'Workers', values.workers, '0 to 20'),
      field.select('version', 'Kubernetes', values.version, versions.toReversed().map(same)),
      ...(more ? rest(values) : [moreButton()]),
    ],
  };
}

const widestDescription = 75;
/** What a select takes, and what radio buttons take. */
const mostOptions = 100;
const mostRadios = 10;
/** Larger ones and those with accelerators are typed: a cluster of the tutorial has no use for them. */
const largest = { cpus: 16, memoryMb: 131_072 } as const;
const accelerated = /^(a\d|g[2-9]|ct\d)/;

function notes({ asking, offer }: CreateForm) {
  if (asking)
    return [
      block.note(md`⏳ Asking Compute Engine for its regions, zones and sizes. What is here can be used already`),
    ];
  if (offer.problem === undefined) return [];
  return [
    block.note(
      md`⚠️ Compute Engine gave no list (${offer.problem}), so type what is missing here; it is checked before anything is made`,
    ),
  ];
}

function whereTo({ where, values }: CreateForm) {
  if ('channel' in where) return [];
  if (where.among === 'all' || where.among.length > mostRadios)
    return [field.channel('channel', 'Channel where its progress is told', values.channel)];
  // Only these show the name of a channel for its id.
  const choices = where.among.map((id) => ({ value: id, text: channelLink(id) }));
  return [field.radios('channel', 'Channel where its progress is told', values.channel, choices)];
}

function place({ values, offer: { regions }, asking }: CreateForm): InputBlock[] {
  const { region = '', zone = '' } = values;
  if (!regions?.length && !asking)
    return [field.text('region', 'Region', { value: region }), field.text('zone', 'Zone', { value: zone })];
  // A configured region that the project has not: it stays, and what is wrong with it is said when it is looked at.
  const found = regions?.find((one) => one.name === region)?.zones ?? [];
  const zones = found.length > 0 ? found : [zone];
  const names = new Set([...(regions ?? []).map(({ name }) => name), region]);
  return [
    field.select('region', 'Region', region, [...names].map(same), { tells: true }),
    // Slack keeps what was chosen where a field stays the same one: that of another region is another one.
    field.select('zone', 'Zone', zone, zones.map(same), { tells: true, of: region }),
  ];
}

function size({ values, offer: { sizes }, asking }: CreateForm): InputBlock {
  const { machineType = '', zone = '' } = values;
  const { cpus, memoryMb } = smallestController;
  const hint = `of every machine; etcd and the API server need ${cpus} whole CPU and ${memoryMb} MB at least`;
  if (!sizes?.length) {
    const typed = () => field.text('machineType', 'Size', { value: machineType, hint });
    return asking ? field.select('machineType', 'Size', machineType, [same(machineType)], { of: zone, hint }) : typed();
  }
  return field.grouped('machineType', 'Size', machineType, groups(sizes, machineType), { of: zone, hint });
}

/** By family, with those that are too small apart; the one that is chosen is always there. */
function groups(sizes: readonly Size[], chosen: string): { label: string; choices: Choice[] }[] {
  const shown = sizes.filter(
    ({ name, cpus, memoryMb }) =>
      name === chosen || (cpus <= largest.cpus && memoryMb <= largest.memoryMb && !accelerated.test(name)),
  );
  const label = ({ name, lacks }: Size) =>
    lacks.length > 0 ? 'Too small for etcd and the API server' : `${name.split('-')[0]} machines`;
  const rank = (group: string) => (group.startsWith('Too small') ? 2 : group.startsWith('e2 ') ? 0 : 1);
  return [...Map.groupBy(shown, label)]
    .toSorted(([a], [b]) => rank(a) - rank(b))
    .map(([label, all]) => ({ label, choices: all.toSorted(bySize).slice(0, mostOptions).map(choiceOf) }));
}

function bySize(a: Size, b: Size): number {
  return a.cpus - b.cpus || a.memoryMb - b.memoryMb;
}

function choiceOf({ name, cpus, memoryMb, sharedCpu, lacks }: Size): Choice {
  const gb = Math.round(memoryMb / 102.4) / 10;
  const text = `${name} · ${cpus} ${sharedCpu ? 'shared ' : ''}vCPU, ${gb} GB`;
  if (lacks.length === 0) return { value: name, text };
  return { value: name, text: `⚠️ ${text}`, description: cut(lacks.join(', '), widestDescription) };
}

function rest(values: Typed): InputBlock[] {
  return [
    field.ticks('pause', 'To learn from it', values.pause, [
      { value: 'yes', text: 'Wait for a button after every chapter (--pause)' },
    ]),
    field.text('otherType', 'Another size, by its name', {
      value: values.otherType,
      optional: true,
      example: 'n2-highcpu-32',
    }),
    field.text('subnet', 'Addresses of the machines', { value: values.subnet, optional: true, hint: '/16 to /26' }),
    field.text('podCidr', 'Addresses of pods', {
      value: values.podCidr,
      optional: true,
      hint: 'a /24 for each worker',
    }),
    field.text('serviceCidr', 'Addresses of services', { value: values.serviceCidr, optional: true }),
    field.text('sshFrom', 'From where machines take ssh', {
      value: values.sshFrom,
      optional: true,
      hint: 'ranges with commas between; ssh is open only while kthw works on the cluster',
    }),
    field.text('ttl', 'How long it is wanted', {
      value: values.ttl,
      optional: true,
      example: '8h',
      hint: 'like 8h or 2d: its thread asks before that is over. Empty: until somebody deletes it',
    }),
  ];
}

function moreButton(): ActionsBlock {
  return {
    type: 'actions',
    block_id: 'more',
    elements: [block.button('create.more', 'More: pauses, address ranges, lifetime, other sizes', true)],
  };
}

function same(value: string): Choice {
  return { value, text: value };
}
