import type { HostMetrics } from './host-metrics.ts';

interface Threshold {
  getValue(metrics: HostMetrics): number | undefined;
  readonly alertWhen: 'above' | 'below';
  readonly limit: number;
  describe(value: number, limit: number): string;
  /** URL that recommends the limit or, where the limit is kthw's own, explains the metric. */
  readonly source: string;
}

const faq = 'https://etcd.io/docs/latest/faq/';
const tuning = 'https://etcd.io/docs/latest/tuning/';
const alerts = 'https://github.com/etcd-io/etcd/tree/main/contrib/mixin';
const eviction = 'https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/';
const cfs = 'https://docs.kernel.org/scheduler/sched-bwc.html';
const proc = 'https://docs.kernel.org/filesystems/proc.html';

/** Limits beyond which a metric counts as a symptom. */
export const thresholds: readonly Threshold[] = [
  {
    getValue: ({ etcd }) => etcd?.slowRequests,
    alertWhen: 'above',
    limit: 10,
    source: faq,
    describe: (count) => `etcd logged \`took too long\` ${count}× in 10 minutes`,
  },
  {
    getValue: ({ etcd }) => etcd?.leaderChanges,
    alertWhen: 'above',
    limit: 3,
    source: alerts,
    describe: (count) => `${count} etcd leader changes`,
  },
  {
    getValue: ({ etcd }) => (etcd?.hasLeader === undefined ? undefined : Number(etcd.hasLeader)),
    alertWhen: 'below',
    limit: 1,
    source: alerts,
    describe: () => 'etcd has no leader',
  },
  {
    getValue: ({ etcd }) => etcd?.heartbeatFailures,
    alertWhen: 'above',
    limit: 3,
    source: faq,
    describe: (count) => `${count} late etcd heartbeats`,
  },
  {
    getValue: ({ etcd }) => etcd?.fsyncMs,
    alertWhen: 'above',
    limit: 10,
    source: faq,
    describe: (ms, limit) => `WAL fsync p99 ${ms} ms (recommended < ${limit} ms)`,
  },
  {
    getValue: ({ etcd }) => etcd?.commitMs,
    alertWhen: 'above',
    limit: 25,
    source: faq,
    describe: (ms, limit) => `backend commit p99 ${ms} ms (recommended < ${limit} ms)`,
  },
  {
    getValue: ({ etcd }) => etcd?.roundTripMs,
    alertWhen: 'above',
    limit: 100,
    source: tuning,
    describe: (ms, limit) => `etcd peer RTT p99 ${ms} ms (heartbeat interval ${limit} ms)`,
  },
  {
    getValue: ({ throttled }) => throttled,
    alertWhen: 'above',
    limit: 0.1,
    source: cfs,
    describe: (share) => `throttled in ${formatPercent(share)} of CFS periods`,
  },
  {
    getValue: ({ steal }) => steal,
    alertWhen: 'above',
    limit: 0.1,
    source: proc,
    describe: (share) => `${formatPercent(share)} CPU steal`,
  },
  {
    getValue: ({ iowait }) => iowait,
    alertWhen: 'above',
    limit: 0.3,
    source: proc,
    describe: (share) => `${formatPercent(share)} I/O wait`,
  },
  {
    getValue: ({ memory }) => memory?.availableMb,
    alertWhen: 'below',
    limit: 100,
    source: eviction,
    describe: (mib, limit) => `${mib} MiB memory available (kubelet evicts pods below ${limit} MiB)`,
  },
  {
    getValue: ({ swapUsedMb }) => swapUsedMb,
    alertWhen: 'above',
    limit: 0,
    source: eviction,
    describe: (mib) => `${mib} MiB swap in use`,
  },
];

function formatPercent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
