import type { KnownBlock } from '@slack/types';
import type { ClusterStatus, RunView } from '../../engine/service/cluster-service-types.ts';
import type { Message } from '../routing/command.ts';
import { block, message, sections } from './blocks.ts';
import { follow } from './follow-up-button.ts';
import { code, joined, type Markdown, md, moment, person } from './markdown.ts';
import { phaseLines } from './phase-line.ts';
import { progressBar } from './progress-bar.ts';
import { clusterIcons, isStopped, standing } from './run-status.ts';
import { addressOf, whatNext } from './run-summary.ts';

/** A block each for more of them would be more than a message holds. */
const mostButtons = 40;
const mostSpoken = 20;

/** One cluster: what it is, where its newest run stands, and what that asks. `picture`: one follows. */
export function status(
  { name, record, latest }: ClusterStatus,
  asks: readonly KnownBlock[] = [],
  picture = false,
): Message {
  const waits = asks.length > 0;
  const { spec } = record;
  const icon = clusterIcons[record.state];
  const address = addressOf(record.facts);
  const facts = [
    md`Kubernetes ${spec.version} · ${machines(record)} · ${spec.machineType} · ${spec.zone}`,
    md`asked for by ${person(record.by)}, ${moment(new Date(record.createdAt))}`,
    ...(record.endsAt && record.state !== 'deleted' ? [md`wanted until ${moment(new Date(record.endsAt))}`] : []),
    ...(address && record.state !== 'deleted' ? [md`API server: ${code(`https://${address}:6443`)}`] : []),
  ];
  return message(
    md`${icon} ${name}: ${record.state}${latest ? `; ${latest.operation}: ${standing(latest, waits).words}` : ''}`,
    block.header(`${icon} ${name} · ${record.state}`),
    block.section(joined(facts)),
    ...asks,
    ...(latest ? run(latest, waits) : []),
    ...(picture ? [block.note(md`A picture of its machines follows in your direct messages with me`)] : []),
    block.buttons(...(latest && isStopped(latest) ? [follow(name, 'resume')] : []), follow(name, 'audit')),
  );
}

/** Every cluster in a line. */
export function clusterList(all: readonly ClusterStatus[]): Message {
  if (all.length === 0) return message(md`There is no cluster yet. ${code('/kthw create demo')} builds one`);
  const counted = md`${all.length} cluster${all.length === 1 ? '' : 's'}`;
  const spoken = all.slice(0, mostSpoken).map(({ name, record }) => md`${name} ${record.state}`);
  const rows =
    all.length > mostButtons
      ? sections(all.map(line))
      : all.map((one) => block.row(line(one), follow(one.name, 'status')));
  return message(md`${counted}: ${joined(spoken, ', ')}${all.length > mostSpoken ? ' and others' : ''}`, ...rows);
}

function run(view: RunView, waits: boolean) {
  const { icon, words } = standing(view, waits);
  const troubles = view.troubles
    .slice(0, 10)
    .map(({ step, fault }) => md`• ${view.steps[step]?.title ?? step}: ${fault?.message ?? 'exists and differs'}`);
  return [
    block.section(md`*${view.operation}* ${icon} ${words} · ${person(view.by)}, ${moment(view.startedAt)}`),
    block.section(progressBar(view, waits)),
    // One that made it is told by its bar.
    ...(view.over === 'succeeded' && troubles.length === 0 ? [] : sections(phaseLines(view))),
    ...sections(troubles),
    block.note(waits ? md`${code(`/kthw cancel ${view.cluster}`)} stops the run` : whatNext(view)),
  ];
}

function line({ name, record, latest }: ClusterStatus): Markdown {
  const going = latest && !latest.over ? `, ${progress(latest)}` : '';
  return md`${clusterIcons[record.state]} *${name}* · ${record.state}${going} · ${machines(record)} · ${record.spec.zone} · ${person(record.by)}`;
}

function progress({ operation, phases }: RunView): string {
  return `${operation} ${phases.filter((p) => p.state === 'done').length}/${phases.length}`;
}

function machines({ spec }: ClusterStatus['record']): string {
  return `${spec.controllers}+${spec.workers} machines`;
}
