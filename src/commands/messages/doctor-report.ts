import type { KnownBlock } from '@slack/types';
import type { Diagnosis, RunView } from '../../engine/service/cluster-service-types.ts';
import type { EngineEvent } from '../../store/events.ts';
import type { Message } from '../routing/command.ts';
import { block, message, sections } from './blocks.ts';
import { hardeningBlocks, hardeningInShort, shortName } from './hardening.ts';
import { code, joined, type Markdown, md, ticked } from './markdown.ts';
import { table } from './table.ts';

type Diagnosed = Extract<EngineEvent, { type: 'step.diagnosed' }>;
type Patient = Diagnosis['patients'][number];

/** Why a run is slow or fails, with the figures, and the button that helps where machines are too small. */
export function diagnosisCard(view: RunView, { findings, resizeTo }: Diagnosed, button: string): Message {
  const { cluster } = view;
  const says = resizeTo ? 'its machines are too small' : 'what its machines say';
  const figures = code(`/kthw doctor ${cluster}`);
  return message(
    md`🩺 ${cluster}: ${says}; ${findings[0] ?? ''}`,
    ...sections([md`🩺 *${cluster}* · ${says}`, ...findings.map((line) => md`• ${ticked(line)}`)]),
    ...(resizeTo ? [resizing(cluster, resizeTo, button)] : []),
    block.note(
      resizeTo
        ? md`The button asks in a thread of its own before any machine restarts or goes; ${figures} shows all figures`
        : md`${figures} shows all figures, ${code(`/kthw status ${cluster}`)} how far it is`,
    ),
  );
}

/** The figures of every machine, what stands out and what to do, and each item of the benchmark. */
export function diagnosis(seen: Diagnosis, button: string): Message {
  const { cluster, findings, undersized, patients, hardening } = seen;
  const count = counted(findings.length);
  const lines = findings.map(({ machine, text }) => md`• ${shortName(machine, cluster)}: ${ticked(text)}`);
  const cause = undersized
    ? [md`*${undersized.machineType} is too small for etcd and the API server:* ${undersized.why.join(', ')}`]
    : [];
  return message(
    md`🩺 ${cluster}: ${undersized ? `${undersized.machineType} is too small` : count}; hardening: ${hardeningInShort(hardening)}`,
    block.header(`🩺 ${cluster} · ${count}`),
    block.section(figures(patients, cluster)),
    ...sections([...cause, ...lines]),
    ...(undersized ? [resizing(cluster, undersized.suggest, button)] : []),
    block.note(whatToDo(seen)),
    ...sources(findings),
    ...hardeningBlocks(cluster, hardening),
  );
}

function counted(findings: number): string {
  if (findings === 0) return 'nothing stands out';
  return findings === 1 ? 'one thing stands out' : `${findings} things stand out`;
}

function whatToDo({ cluster, state, findings, undersized, patients }: Diagnosis): Markdown {
  const command = (name: string) => code(`/kthw ${name} ${cluster}`);
  if (undersized) {
    return state === 'ready'
      ? md`The button restarts one machine after another, once that is approved; etcd keeps its quorum where there are three controllers`
      : md`The cluster is not up, so the button makes its machines anew, once that is approved; network, address and authority stay`;
  }
  if (findings.length === 0) return md`${command('status')} shows the cluster, ${command('smoke')} tests it`;
  if (patients.every(({ readings }) => !readings)) {
    return md`No machine could be looked at. ${command('status')} shows the cluster, ${command('resume')} goes on where a run stopped`;
  }
  return md`The machines are large enough: look at their disks and at what else runs there. ${command('status')} shows the cluster, ${command('smoke')} tests it`;
}

function resizing(cluster: string, machineType: string, button: string): KnownBlock {
  const label = `Resize to ${machineType} and continue`;
  return block.buttons({ ...block.button(button, label, { cluster, machineType }), style: 'primary' });
}

const none = '–';

function figures(patients: readonly Patient[], cluster: string): Markdown {
  const head = ['', 'type', 'CPUs', 'load', 'held', 'steal', 'MB free', 'fsync', 'commit', 'trip', 'slow', 'restarts'];
  const rows = patients.map(({ name, type, readings }) => {
    const { cpus, load, throttled, steal, memory, etcd, services = [] } = readings ?? {};
    const restarts = services.reduce((sum, service) => sum + service.restarts, 0);
    return [
      shortName(name, cluster),
      type?.name ?? none,
      ...[cpus, load].map((n) => (n === undefined ? none : String(Math.round(n * 10) / 10))),
      ...[throttled, steal].map((share) => (share === undefined ? none : `${Math.round(share * 100)} %`)),
      memory ? `${memory.availableMb}/${memory.totalMb}` : none,
      ...[etcd?.fsyncMs, etcd?.commitMs, etcd?.roundTripMs].map((ms) => (ms === undefined ? none : `${ms} ms`)),
      String(etcd?.tookTooLong ?? none),
      readings ? String(restarts) : none,
    ];
  });
  const legend = md`held: CPU time refused · fsync, commit, trip: etcd, 99th percentile · slow: etcd said \`took too long\` in 10 minutes`;
  return joined([table(head, rows), legend]);
}

/** Where the limits come from, or what the figures mean. */
function sources(findings: Diagnosis['findings']): KnownBlock[] {
  const urls = [...new Set(findings.flatMap(({ source }) => source ?? []))];
  return urls.length > 0 ? [block.note(joined([md`About these figures:`, ...urls.map((url) => md`${url}`)], ' '))] : [];
}
