import type { KnownBlock } from '@slack/types';
import type { ClusterStatus, RunView } from '../../engine/desk-types.ts';
import type { Message } from '../command.ts';
import { block, message, sections } from './blocks.ts';
import { code, joined, type Markdown, md, moment, person } from './markdown.ts';
import { phaseLine } from './phase-line.ts';
import { addressOf, whatNext } from './summary.ts';
import { clusterIcons, standing } from './words.ts';

/** One cluster: what it is, where its newest run stands, and what that asks. */
export function status({ name, record, latest }: ClusterStatus, asks: readonly KnownBlock[] = []): Message {
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
  );
}

/** Every cluster in a line. */
export function clusterList(all: readonly ClusterStatus[]): Message {
  if (all.length === 0) return message(md`There is no cluster yet. ${code('/kthw create demo')} builds one`);
  return message(md`${all.length} cluster${all.length === 1 ? '' : 's'}`, ...sections(all.map(line)));
}

function run(view: RunView, waits: boolean) {
  const { icon, words } = standing(view, waits);
  const troubles = view.troubles
    .slice(0, 10)
    .map(({ step, fault }) => md`• ${view.steps[step]?.title ?? step}: ${fault?.message ?? 'exists and differs'}`);
  return [
    block.section(md`*${view.operation}* ${icon} ${words} · ${person(view.by)}, ${moment(view.startedAt)}`),
    ...sections(view.phases.map(phaseLine)),
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
