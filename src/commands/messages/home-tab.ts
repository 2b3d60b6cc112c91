import type { Button, HomeView, KnownBlock } from '@slack/types';
import type { ApprovalView, ClusterStatus, RunView } from '../../engine/service/cluster-service-types.ts';
import type { Policy } from '../authorization/policy.ts';
import type { Message } from '../routing/command.ts';
import { type Ids, waiting } from './approval-request.ts';
import { block } from './blocks.ts';
import { duration } from './duration.ts';
import { cut, limits } from './limits.ts';
import { channelLink, code, joined, type Markdown, md, moment, person } from './markdown.ts';
import { progressBar } from './progress-bar.ts';
import { clusterIcons, standing } from './run-status.ts';

/** Buttons that work where there is no channel: they bring the cluster's own. */
export const homeIds = {
  create: 'home.create',
  status: 'home.status',
  kubeconfig: 'home.kubeconfig',
  delete: 'home.delete',
} as const;

export interface HomeShown {
  readonly clusters: readonly ClusterStatus[];
  /** Runs that wait for an answer from anybody. */
  readonly asked: readonly ApprovalView[];
  /** Those of them that wait for one from this person. */
  readonly asksYou: readonly ApprovalView[];
  readonly mayCreate: boolean;
  readonly policy: Policy;
  readonly now: Date;
  /** What came of the last press. */
  readonly notice?: Message | undefined;
}

/** Blocks that a Home tab takes: https://docs.slack.dev/surfaces/app-home */
const mostBlocks = 100;
const mostNoticed = 20;
const mostAsked = 5;

/** The Home tab of one person: what waits for them, and every cluster with how it stands. */
export function home(shown: HomeShown, answers: Ids): HomeView {
  const { clusters, asksYou, mayCreate, policy, notice } = shown;
  const asks = asksYou.slice(0, mostAsked).flatMap((one) => asking(one, policy, answers));
  const moreAsks = asksYou.length - mostAsked;
  const waits = asks.length > 0 ? [block.header('✋ Waits for your answer'), ...asks] : [];
  const top = [
    ...(notice ? [...notice.blocks.slice(0, mostNoticed), divider] : []),
    ...(clusters.length === 0 ? welcome() : [block.header(counted(clusters.length))]),
    ...(mayCreate ? [block.buttons(createButton())] : []),
    ...waits,
    ...(moreAsks > 0 ? [block.note(md`${moreAsks} more wait for your answer; they show once these are answered`)] : []),
    ...(asks.length > 0 ? [divider] : []),
  ];
  const rows = inOrder(clusters).map((one) => row(one, shown));
  return view([...top, ...fitting(rows, mostBlocks - top.length)]);
}

/** In its place where somebody is in none of the channels where kthw listens, or that can't be read. */
export function homeElsewhere(channels: readonly string[], unreadable: boolean): HomeView {
  const links = joined(channels.map(channelLink), ', ');
  const said = unreadable
    ? md`I can’t read who is in ${links} just now, so I show nothing rather than guess.`
    : md`The clusters belong to ${links}. Once you are in there, they show here too.`;
  return view([...welcome(), block.section(said), block.note(md`${code('/kthw list')} shows them there`)]);
}

/** In its place when something else has to be said. */
export function homeSaying(said: Message): HomeView {
  return view([...said.blocks]);
}

const divider: KnownBlock = { type: 'divider' };

function view(blocks: KnownBlock[]): HomeView {
  return { type: 'home', callback_id: 'home', blocks };
}

function welcome(): KnownBlock[] {
  return [
    block.header('Kubernetes the hard way, from Slack'),
    block.section(
      joined([
        md`🔨 I build clusters on Compute Engine the way the tutorial does, and tell every step in a thread.`,
        md`🔑 When one is ready, a kubeconfig of your own comes by direct message.`,
        md`✋ Before anything that exists is taken away, somebody is asked. ${code('/kthw help')} lists everything.`,
      ]),
    ),
  ];
}

function asking(asked: ApprovalView, policy: Policy, ids: Ids): KnownBlock[] {
  return [
    block.section(md`*${asked.cluster}* · ${person(asked.askedBy)} asked for it`),
    ...waiting(asked, policy, ids),
  ];
}

/** What goes on comes first; else by name. */
function inOrder(clusters: readonly ClusterStatus[]): ClusterStatus[] {
  const rank = ({ latest }: ClusterStatus) => (latest && !latest.over ? 0 : 1);
  return clusters.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

function row(cluster: ClusterStatus, { asked, now }: HomeShown): KnownBlock[] {
  const { name, record, latest } = cluster;
  const { spec, state } = record;
  const lines = [
    md`${clusterIcons[state]} *${name}* · ${state}`,
    md`Kubernetes ${spec.version} · ${spec.controllers}+${spec.workers} machines · ${spec.machineType} · ${spec.zone}`,
    md`${person(record.by)} in ${channelLink(record.channel)}${record.endsAt ? md` · wanted until ${moment(new Date(record.endsAt))}` : ''}`,
    ...(latest && !latest.over
      ? going(
          latest,
          asked.some(({ run }) => run === latest.run),
          now,
        )
      : []),
  ];
  return [
    { ...block.section({ markdown: cut(joined(lines).markdown, limits.section) }) },
    block.buttons(...buttons(cluster)),
  ];
}

function going(run: RunView, waits: boolean, now: Date): Markdown[] {
  const { icon, words } = standing(run, waits);
  return [md`${icon} ${words}`, md`${progressBar(run, waits)} · ${duration(+now - +run.startedAt)} so far`];
}

function buttons({ name, record: { channel, state } }: ClusterStatus): Button[] {
  const button = (id: keyof typeof homeIds, label: string): Button => ({
    ...block.button(homeIds[id], label, { cluster: name, channel }),
    accessibility_label: cut(`${label} of ${name}`, limits.buttonText),
  });
  return [
    button('status', 'Status'),
    ...(state === 'ready' ? [button('kubeconfig', 'Kubeconfig')] : []),
    ...(state === 'deleting' ? [] : [button('delete', 'Delete…')]),
  ];
}

function createButton(): Button {
  return { ...block.button(homeIds.create, 'Create…', {}), style: 'primary' };
}

function counted(clusters: number): string {
  return clusters === 1 ? '1 cluster' : `${clusters} clusters`;
}

/** As many as there is room for; the others are counted. */
function fitting(rows: readonly KnownBlock[][], room: number): KnownBlock[] {
  const all = rows.flat();
  if (all.length <= room) return all;
  const shown = Math.floor((room - 1) / 2);
  const left = rows.length - shown;
  return [...rows.slice(0, shown).flat(), block.note(md`… and ${left} more; ${code('/kthw list')} shows all`)];
}
