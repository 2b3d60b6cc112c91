import type { KnownBlock } from '@slack/types';
import type { DoctorReport } from '../../engine/diagnostics/diagnose-cluster.ts';
import { block, buildMessage, type Message } from './blocks.ts';
import { formatCount } from './count.ts';
import { buildResizeButton } from './follow-up-button.ts';
import { buildHardeningBlocks, formatHardeningSummary, stripClusterPrefix } from './hardening.ts';
import { type Markdown, md } from './markdown.ts';
import { formatTable } from './table.ts';

type InspectedInstance = DoctorReport['instances'][number];
type Issue = DoctorReport['issues'][number];

/** Metrics per instance, issues with remediation, and CIS benchmark results. */
export function renderDoctorReport(report: DoctorReport, buttonId: string): Message {
  const { cluster, access, issues, undersized, instances, hardening } = report;
  const summary = formatIssueCount(issues, instances);
  const cause = undersized
    ? [md`*${undersized.machineType} is too small for etcd and the API server:* ${undersized.shortfalls.join(', ')}`]
    : [];
  return buildMessage(
    md`🩺 ${cluster}: ${undersized ? `${undersized.machineType} is too small` : summary}; hardening: ${formatHardeningSummary(hardening)}`,
    block.header(`🩺 ${cluster} · ${summary}`),
    block.section(access === 'ssh' ? formatMetricsTable(instances, cluster) : formatSkippedChecks(cluster)),
    ...block.sections([...cause, ...formatIssues(issues, cluster)]),
    ...(undersized ? [buildResizeButton(report, undersized.suggestedMachineType, buttonId)] : []),
    block.context(formatRecommendation(report)),
    ...buildSourceNotes(issues),
    ...buildHardeningBlocks(cluster, hardening),
  );
}

function formatIssueCount(issues: readonly Issue[], instances: readonly InspectedInstance[]): string {
  if (issues.length === 0) return 'no issues';
  const affected = new Set(issues.map(({ instance }) => instance)).size;
  const kind = instances.every(({ role }) => role === 'controller') ? 'control plane node' : 'node';
  return `${formatCount(issues.length, 'issue')} on ${formatCount(affected, kind)}`;
}

/** The same issue on several instances is one line. */
function formatIssues(issues: readonly Issue[], cluster: string): Markdown[] {
  const groups = Map.groupBy(issues, ({ instance, text }) => text.replaceAll(instance, 'instance'));
  return [...groups.values()].map((group) => {
    const names = [...new Set(group.map(({ instance }) => stripClusterPrefix(instance, cluster)))];
    return md`• ${names.join(', ')}: ${md.codeSpans(group[0]?.text ?? '')}`;
  });
}

function formatSkippedChecks(cluster: string): Markdown {
  return md`🔒 You have read-only access, so only checks without SSH ran. Metrics, services and files of the instances were not checked. Someone who can change clusters can check them with ${md.code(`/kthw doctor ${cluster}`)}`;
}

function formatRecommendation(report: DoctorReport): Markdown {
  const { cluster, access, settledState, issues, undersized, instances } = report;
  const formatCommand = (name: string) => md.code(`/kthw ${name} ${cluster}`);
  if (access === 'api') return formatCommand('status');
  if (undersized) {
    return settledState === 'ready'
      ? md`After approval, the button restarts one instance at a time. With three or more control plane nodes etcd keeps its quorum`
      : md`After approval, the button recreates the instances, because the cluster is not ready. The network, IP address and certificate authority are kept`;
  }
  const unreachable = instances.filter(({ metrics }) => !metrics).map(({ name }) => stripClusterPrefix(name, cluster));
  if (unreachable.length === instances.length && instances.length > 0) {
    return md`No instance could be inspected. ${formatCommand('status')} · ${formatCommand('resume')} resumes a stopped run`;
  }
  if (unreachable.length > 0) {
    return md`Size unknown for ${unreachable.join(', ')}: not reachable. The inspected instances are large enough. ${formatCommand('status')}`;
  }
  if (issues.length === 0) return md`${formatCommand('status')} · ${formatCommand('smoke')} runs the smoke test`;
  return md`The machine type is large enough. Check disk latency and other processes on the instances. ${formatCommand('status')} · ${formatCommand('smoke')} runs the smoke test`;
}

const emptyCell = '–';

function formatMetricsTable(instances: readonly InspectedInstance[], cluster: string): Markdown {
  const head = [
    '',
    'type',
    'CPUs',
    'load',
    'throttled',
    'steal',
    'mem available/total MiB',
    'WAL fsync p99',
    'backend commit p99',
    'peer RTT p99',
    'slow requests',
    'restarts',
  ];
  const rows = instances.map(({ name, type, metrics }) => {
    const { cpus, load, throttled, steal, memory, etcd, services = [] } = metrics ?? {};
    const restarts = services.reduce((sum, service) => sum + service.restarts, 0);
    return [
      stripClusterPrefix(name, cluster),
      type?.name ?? emptyCell,
      ...[cpus, load].map((n) => (n === undefined ? emptyCell : String(Math.round(n * 10) / 10))),
      ...[throttled, steal].map((share) => (share === undefined ? emptyCell : `${Math.round(share * 100)}%`)),
      memory ? `${memory.availableMb}/${memory.totalMb}` : emptyCell,
      ...[etcd?.fsyncMs, etcd?.commitMs, etcd?.roundTripMs].map((ms) => (ms === undefined ? emptyCell : `${ms} ms`)),
      String(etcd?.slowRequests ?? emptyCell),
      metrics ? String(restarts) : emptyCell,
    ];
  });
  const legend = md`throttled: share of CFS periods · WAL fsync, backend commit, peer RTT: etcd · slow requests: etcd logged \`took too long\` in the last 10 minutes`;
  return md.join([formatTable(head, rows), legend]);
}

/** Documentation of the thresholds that were exceeded. */
function buildSourceNotes(issues: readonly Issue[]): KnownBlock[] {
  const urls = [...new Set(issues.flatMap(({ source }) => source ?? []))];
  return urls.length > 0
    ? [block.context(md.join([md`About these thresholds:`, ...urls.map((url) => md`${url}`)], ' '))]
    : [];
}
