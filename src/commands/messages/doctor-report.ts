import type { KnownBlock } from '@slack/types';
import type { DoctorReport } from '../../engine/diagnostics/diagnose-cluster.ts';
import type { RunView } from '../../engine/service/cluster-service.ts';
import type { EngineEvent } from '../../store/events.ts';
import type { Message } from '../routing/command.ts';
import { block, buildMessage, buildSections } from './blocks.ts';
import { buildHardeningBlocks, formatHardeningSummary, stripClusterPrefix } from './hardening.ts';
import { formatBackticks, formatCode, joinMarkdown, type Markdown, md } from './markdown.ts';
import { renderTable } from './table.ts';

type DiagnosisEvent = Extract<EngineEvent, { type: 'step.diagnosed' }>;
type InspectedInstance = DoctorReport['instances'][number];

/** Why a run is slow or fails, with the figures, and the button that helps where machines are too small. */
export function renderDiagnosisCard(view: RunView, { findings, resizeTo }: DiagnosisEvent, buttonId: string): Message {
  const { cluster } = view;
  const headline = resizeTo ? 'its machines are too small' : 'what its machines say';
  const doctorCommand = formatCode(`/kthw doctor ${cluster}`);
  return buildMessage(
    md`🩺 ${cluster}: ${headline}; ${findings[0] ?? ''}`,
    ...buildSections([md`🩺 *${cluster}* · ${headline}`, ...findings.map((line) => md`• ${formatBackticks(line)}`)]),
    ...(resizeTo ? [buildResizeButton(cluster, resizeTo, buttonId)] : []),
    block.context(
      resizeTo
        ? md`The button asks in a thread of its own before any machine restarts or goes; ${doctorCommand} shows all figures`
        : md`${doctorCommand} shows all figures, ${formatCode(`/kthw status ${cluster}`)} how far it is`,
    ),
  );
}

/** The figures of every machine, what stands out and what to do, and each item of the benchmark. */
export function renderDoctorReport(report: DoctorReport, buttonId: string): Message {
  const { cluster, issues, undersized, instances, hardening } = report;
  const countText = formatFindingCount(issues.length);
  const lines = issues.map(
    ({ instance, text }) => md`• ${stripClusterPrefix(instance, cluster)}: ${formatBackticks(text)}`,
  );
  const cause = undersized
    ? [md`*${undersized.machineType} is too small for etcd and the API server:* ${undersized.shortfalls.join(', ')}`]
    : [];
  return buildMessage(
    md`🩺 ${cluster}: ${undersized ? `${undersized.machineType} is too small` : countText}; hardening: ${formatHardeningSummary(hardening)}`,
    block.header(`🩺 ${cluster} · ${countText}`),
    block.section(renderMetricsTable(instances, cluster)),
    ...buildSections([...cause, ...lines]),
    ...(undersized ? [buildResizeButton(cluster, undersized.suggestedMachineType, buttonId)] : []),
    block.context(formatRecommendation(report)),
    ...buildSourceNotes(issues),
    ...buildHardeningBlocks(cluster, hardening),
  );
}

function formatFindingCount(findings: number): string {
  if (findings === 0) return 'nothing stands out';
  return findings === 1 ? 'one thing stands out' : `${findings} things stand out`;
}

function formatRecommendation({ cluster, state, issues, undersized, instances }: DoctorReport): Markdown {
  const formatCommand = (name: string) => formatCode(`/kthw ${name} ${cluster}`);
  if (undersized) {
    return state === 'ready'
      ? md`The button restarts one machine after another, once that is approved; etcd keeps its quorum where there are three controllers`
      : md`The cluster is not up, so the button makes its machines anew, once that is approved; network, address and authority stay`;
  }
  if (issues.length === 0) return md`${formatCommand('status')} shows the cluster, ${formatCommand('smoke')} tests it`;
  if (instances.every(({ metrics }) => !metrics)) {
    return md`No machine could be looked at. ${formatCommand('status')} shows the cluster, ${formatCommand('resume')} goes on where a run stopped`;
  }
  return md`The machines are large enough: look at their disks and at what else runs there. ${formatCommand('status')} shows the cluster, ${formatCommand('smoke')} tests it`;
}

function buildResizeButton(cluster: string, machineType: string, buttonId: string): KnownBlock {
  const label = `Resize to ${machineType} and continue`;
  return block.actions({ ...block.button(buttonId, label, { cluster, machineType }), style: 'primary' });
}

const emptyCell = '–';

function renderMetricsTable(instances: readonly InspectedInstance[], cluster: string): Markdown {
  const head = ['', 'type', 'CPUs', 'load', 'held', 'steal', 'MB free', 'fsync', 'commit', 'trip', 'slow', 'restarts'];
  const rows = instances.map(({ name, type, metrics }) => {
    const { cpus, load, throttled, steal, memory, etcd, services = [] } = metrics ?? {};
    const restarts = services.reduce((sum, service) => sum + service.restarts, 0);
    return [
      stripClusterPrefix(name, cluster),
      type?.name ?? emptyCell,
      ...[cpus, load].map((n) => (n === undefined ? emptyCell : String(Math.round(n * 10) / 10))),
      ...[throttled, steal].map((share) => (share === undefined ? emptyCell : `${Math.round(share * 100)} %`)),
      memory ? `${memory.availableMb}/${memory.totalMb}` : emptyCell,
      ...[etcd?.fsyncMs, etcd?.commitMs, etcd?.roundTripMs].map((ms) => (ms === undefined ? emptyCell : `${ms} ms`)),
      String(etcd?.slowRequests ?? emptyCell),
      metrics ? String(restarts) : emptyCell,
    ];
  });
  const legend = md`held: CPU time refused · fsync, commit, trip: etcd, 99th percentile · slow: etcd said \`took too long\` in 10 minutes`;
  return joinMarkdown([renderTable(head, rows), legend]);
}

/** Where the limits come from, or what the figures mean. */
function buildSourceNotes(findings: DoctorReport['issues']): KnownBlock[] {
  const urls = [...new Set(findings.flatMap(({ source }) => source ?? []))];
  return urls.length > 0
    ? [block.context(joinMarkdown([md`About these figures:`, ...urls.map((url) => md`${url}`)], ' '))]
    : [];
}
