import type { Readings } from './host-metrics.ts';

export interface Threshold {
  readonly name: string;
  /** The figure, where there is one. */
  of(readings: Readings): number | undefined;
  /** Whether it is too high above the limit, or too low below it. */
  readonly bad: 'above' | 'below';
  readonly limit: number;
  /** The figure and the limit, for people. */
  say(value: number, limit: number): string;
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
    of: ({ etcd }) => etcd?.tookTooLong,
    ...{ bad: 'above', limit: 10, source: faq },
    say: (n) => `etcd said \`took too long\` ${n} times in 10 minutes`,
  },
  {
    name: 'leader changes',
    of: ({ etcd }) => etcd?.leaderChanges,
    ...{ bad: 'above', limit: 3, source: alerts },
    say: (n) => `etcd's leader changed ${n} times`,
  },
  {
    name: 'no leader',
    of: ({ etcd }) => (etcd?.hasLeader === undefined ? undefined : Number(etcd.hasLeader)),
    ...{ bad: 'below', limit: 1, source: alerts },
    say: () => 'etcd has no leader',
  },
  {
    name: 'heartbeats',
    of: ({ etcd }) => etcd?.heartbeatFailures,
    ...{ bad: 'above', limit: 3, source: faq },
    say: (n) => `etcd sent ${n} heartbeats too late`,
  },
  {
    name: 'fsync',
    of: ({ etcd }) => etcd?.fsyncMs,
    ...{ bad: 'above', limit: 10, source: faq },
    say: (ms, limit) => `etcd's log reaches the disk in ${ms} ms (99th percentile; ${limit} ms is healthy)`,
  },
  {
    name: 'commit',
    of: ({ etcd }) => etcd?.commitMs,
    ...{ bad: 'above', limit: 25, source: faq },
    say: (ms, limit) => `etcd's database commits in ${ms} ms (99th percentile; ${limit} ms is healthy)`,
  },
  {
    name: 'round trip',
    of: ({ etcd }) => etcd?.roundTripMs,
    ...{ bad: 'above', limit: 100, source: tuning },
    say: (ms, limit) => `etcd's members need ${ms} ms for a round trip (99th percentile; a heartbeat is ${limit} ms)`,
  },
  {
    name: 'held back',
    of: ({ throttled }) => throttled,
    ...{ bad: 'above', limit: 0.1, source: cfs },
    say: (share) => `it was held back in ${percent(share)} of all scheduling periods since it started`,
  },
  {
    name: 'steal',
    of: ({ steal }) => steal,
    ...{ bad: 'above', limit: 0.1, source: proc },
    say: (share) => `the hypervisor gave ${percent(share)} of its CPU time to others`,
  },
  {
    name: 'iowait',
    of: ({ iowait }) => iowait,
    ...{ bad: 'above', limit: 0.3, source: proc },
    say: (share) => `it waits for its disk ${percent(share)} of the time`,
  },
  {
    name: 'memory',
    of: ({ memory }) => memory?.availableMb,
    ...{ bad: 'below', limit: 100, source: eviction },
    say: (mb, limit) => `${mb} MB of memory are left (below ${limit} MB a kubelet evicts pods)`,
  },
  {
    name: 'swap',
    of: ({ swapUsedMb }) => swapUsedMb,
    ...{ bad: 'above', limit: 0, source: eviction },
    say: (mb) => `it swaps (${mb} MB)`,
  },
];

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
