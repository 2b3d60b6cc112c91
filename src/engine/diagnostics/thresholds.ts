import type { HostMetrics } from './host-metrics.ts';

export interface Threshold {
  readonly name: string;
  /** The figure, where there is one. */
  getValue(metrics: HostMetrics): number | undefined;
  /** Whether it is too high above the limit, or too low below it. */
  readonly alertWhen: 'above' | 'below';
  readonly limit: number;
  /** The figure and the limit, for people. */
  describe(value: number, limit: number): string;
  /** Who says so; of a figure that is the kernel's, what it means, and the limit is ours. */
  readonly source: string;
}

const faq = 'https://etcd.io/docs/latest/faq/';
const tuning = 'https://etcd.io/docs/latest/tuning/';
const alerts = 'https://github.com/etcd-io/etcd/tree/main/contrib/mixin';
const eviction = 'https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/';
const cfs = 'https://docs.kernel.org/scheduler/sched-bwc.html';
const proc = 'https://docs.kernel.org/filesystems/proc.html';

/** From where on a figure is a symptom. */
export const thresholds: readonly Threshold[] = [
  {
    name: 'took too long',
    getValue: ({ etcd }) => etcd?.slowRequests,
    ...{ alertWhen: 'above', limit: 10, source: faq },
    describe: (n) => `etcd said \`took too long\` ${n} times in 10 minutes`,
  },
  {
    name: 'leader changes',
    getValue: ({ etcd }) => etcd?.leaderChanges,
    ...{ alertWhen: 'above', limit: 3, source: alerts },
    describe: (n) => `etcd's leader changed ${n} times`,
  },
  {
    name: 'no leader',
    getValue: ({ etcd }) => (etcd?.hasLeader === undefined ? undefined : Number(etcd.hasLeader)),
    ...{ alertWhen: 'below', limit: 1, source: alerts },
    describe: () => 'etcd has no leader',
  },
  {
    name: 'heartbeats',
    getValue: ({ etcd }) => etcd?.heartbeatFailures,
    ...{ alertWhen: 'above', limit: 3, source: faq },
    describe: (n) => `etcd sent ${n} heartbeats too late`,
  },
  {
    name: 'fsync',
    getValue: ({ etcd }) => etcd?.fsyncMs,
    ...{ alertWhen: 'above', limit: 10, source: faq },
    describe: (ms, limit) => `etcd's log reaches the disk in ${ms} ms (99th percentile; ${limit} ms is healthy)`,
  },
  {
    name: 'commit',
    getValue: ({ etcd }) => etcd?.commitMs,
    ...{ alertWhen: 'above', limit: 25, source: faq },
    describe: (ms, limit) => `etcd's database commits in ${ms} ms (99th percentile; ${limit} ms is healthy)`,
  },
  {
    name: 'round trip',
    getValue: ({ etcd }) => etcd?.roundTripMs,
    ...{ alertWhen: 'above', limit: 100, source: tuning },
    describe: (ms, limit) =>
      `etcd's members need ${ms} ms for a round trip (99th percentile; a heartbeat is ${limit} ms)`,
  },
  {
    name: 'held back',
    getValue: ({ throttled }) => throttled,
    ...{ alertWhen: 'above', limit: 0.1, source: cfs },
    describe: (share) => `it was held back in ${formatPercent(share)} of all scheduling periods since it started`,
  },
  {
    name: 'steal',
    getValue: ({ steal }) => steal,
    ...{ alertWhen: 'above', limit: 0.1, source: proc },
    describe: (share) => `the hypervisor gave ${formatPercent(share)} of its CPU time to others`,
  },
  {
    name: 'iowait',
    getValue: ({ iowait }) => iowait,
    ...{ alertWhen: 'above', limit: 0.3, source: proc },
    describe: (share) => `it waits for its disk ${formatPercent(share)} of the time`,
  },
  {
    name: 'memory',
    getValue: ({ memory }) => memory?.availableMb,
    ...{ alertWhen: 'below', limit: 100, source: eviction },
    describe: (mb, limit) => `${mb} MB of memory are left (below ${limit} MB a kubelet evicts pods)`,
  },
  {
    name: 'swap',
    getValue: ({ swapUsedMb }) => swapUsedMb,
    ...{ alertWhen: 'above', limit: 0, source: eviction },
    describe: (mb) => `it swaps (${mb} MB)`,
  },
];

function formatPercent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
