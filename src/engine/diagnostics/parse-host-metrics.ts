import type { EtcdMetrics, HostMetrics } from './host-metrics.ts';

const mb = 1024 * 1024;
/** cgroup v1 reports the largest number of pages if there is no limit. */
const unlimited = 2 ** 60;
/** Percentiles of fewer samples are meaningless. */
const minSamples = 30;

/** Parses the output of the metrics script. Omits missing and malformed values. Pure. */
export function parseHostMetrics(text: string): HostMetrics {
  const lines = text.split('\n');
  const values = new Map(lines.map((line) => [line.slice(0, line.search(/[ :]/)), line.replace(/^\S+\s+/, '')]));
  const getNumber = (key: string) => toFinite(Number.parseFloat(values.get(key) ?? ''));
  const cpu = computeCpuShares(values.get('before'), values.get('after'));
  const [periods, throttledPeriods] = [getNumber('nr_periods'), getNumber('nr_throttled')];
  const swap = combineDefined(getNumber('SwapTotal'), getNumber('SwapFree'), (total, free) =>
    Math.round((total - free) / 1024),
  );
  return omitUndefined({
    cpus: computeUsableCpus(getNumber('nproc'), values, getNumber),
    load: getNumber('load'),
    throttled: periods ? combineDefined(periods, throttledPeriods, (all, some) => some / all) : undefined,
    ...cpu,
    memory: computeMemory(getNumber),
    swapUsedMb: swap,
    services: parseServices(text),
    etcd: parseEtcdMetrics(lines, getNumber('took-too-long')),
  });
}

/**
 * Computes a percentile of a Prometheus histogram over all its series, with linear interpolation within a bucket, like
 * `histogram_quantile`. https://prometheus.io/docs/practices/histograms/
 */
export function computePercentile(lines: readonly string[], metric: string, rank: number): number | undefined {
  const buckets = new Map<number, number>();
  for (const line of lines) {
    const [, le = '', count = ''] = line.match(new RegExp(`^${metric}_bucket\\{.*le="([^"]+)"\\} (\\S+)`)) ?? [];
    if (le === '') continue;
    const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
    buckets.set(bound, (buckets.get(bound) ?? 0) + Number(count));
  }
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  const total = sorted.at(-1)?.[1] ?? 0;
  if (total < minSamples) return undefined;
  const index = sorted.findIndex(([, count]) => count >= rank * total);
  const [lower, lowerCount] = sorted[index - 1] ?? [0, 0];
  const [upper, upperCount] = sorted[index] ?? [0, 0];
  if (upper === Number.POSITIVE_INFINITY) return lower;
  return lower + (upper - lower) * ((rank * total - lowerCount) / (upperCount - lowerCount));
}

function parseEtcdMetrics(lines: readonly string[], slowRequests: number | undefined): EtcdMetrics | undefined {
  const getValue = (metric: string) =>
    toFinite(Number(lines.find((line) => line.startsWith(`${metric} `))?.slice(metric.length + 1)));
  const getMs = (metric: string) => {
    const seconds = computePercentile(lines, `${metric}_seconds`, 0.99);
    return seconds === undefined ? undefined : Math.round(seconds * 10_000) / 10;
  };
  const [leader, own] = [getValue('etcd_server_has_leader'), getValue('etcd_server_is_leader')];
  const etcd = omitUndefined({
    slowRequests,
    leaderChanges: getValue('etcd_server_leader_changes_seen_total'),
    heartbeatFailures: getValue('etcd_server_heartbeat_send_failures_total'),
    hasLeader: leader === undefined ? undefined : leader > 0,
    isLeader: own === undefined ? undefined : own > 0,
    fsyncMs: getMs('etcd_disk_wal_fsync_duration'),
    commitMs: getMs('etcd_disk_backend_commit_duration'),
    roundTripMs: getMs('etcd_network_peer_round_trip_time'),
  });
  return Object.keys(etcd).length > 0 ? etcd : undefined;
}

/** Computes steal and I/O wait between two samples of /proc/stat. https://docs.kernel.org/filesystems/proc.html */
function computeCpuShares(
  before: string | undefined,
  after: string | undefined,
): Pick<HostMetrics, 'steal' | 'iowait'> {
  const [first, last] = [before, after].map((line) => line?.match(/\d+/g)?.map(Number) ?? []);
  const elapsedTicks = last?.map((ticks, i) => ticks - (first?.[i] ?? 0)) ?? [];
  // Guest time is already included in user time.
  const total = elapsedTicks.slice(0, 8).reduce((sum, ticks) => sum + ticks, 0);
  const [iowait, steal] = [elapsedTicks[4], elapsedTicks[7]];
  return total > 0 && iowait !== undefined && steal !== undefined
    ? { steal: steal / total, iowait: iowait / total }
    : {};
}

function computeUsableCpus(
  all: number | undefined,
  values: ReadonlyMap<string, string>,
  getNumber: (key: string) => number | undefined,
): number | undefined {
  const [quota, period] = (values.get('cpu.max') ?? '').split(' ').map(Number);
  const cgroupV2Cpus = combineDefined(toFinite(quota), toFinite(period), (q, p) => q / p);
  const cgroupV1Cpus = combineDefined(
    getNumber('cpu/cpu.cfs_quota_us'),
    getNumber('cpu/cpu.cfs_period_us'),
    (q, p) => q / p,
  );
  const cpuLimit = cgroupV2Cpus ?? (cgroupV1Cpus !== undefined && cgroupV1Cpus > 0 ? cgroupV1Cpus : undefined);
  if (cpuLimit === undefined || all === undefined) return all;
  return Math.min(all, cpuLimit);
}

/** Computed like the kubelet: https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/ */
function computeMemory(getNumber: (key: string) => number | undefined): HostMetrics['memory'] {
  const [total, available] = [getNumber('MemTotal'), getNumber('MemAvailable')];
  if (total === undefined || available === undefined) return undefined;
  const hostMemory = { totalMb: Math.round(total / 1024), availableMb: Math.round(available / 1024) };
  const limit = getNumber('memory.max') ?? getNumber('memory/memory.limit_in_bytes');
  const usage = getNumber('memory.current') ?? getNumber('memory/memory.usage_in_bytes');
  if (limit === undefined || usage === undefined || limit >= Math.min(unlimited, total * 1024)) return hostMemory;
  const reclaimable = getNumber('total_inactive_file') ?? getNumber('inactive_file') ?? 0;
  const freeMb = Math.round((limit - usage + reclaimable) / mb);
  return { totalMb: Math.round(limit / mb), availableMb: Math.min(freeMb, hostMemory.availableMb) };
}

function parseServices(text: string): HostMetrics['services'] {
  return text.split('\n\n').flatMap((block) => {
    const getField = (name: string) => block.match(new RegExp(`^${name}=(.*)$`, 'm'))?.[1] ?? '';
    if (getField('LoadState') !== 'loaded') return [];
    return [
      {
        name: getField('Id').replace(/\.service$/, ''),
        active: getField('ActiveState'),
        restarts: toFinite(Number(getField('NRestarts'))) ?? 0,
      },
    ];
  });
}

function combineDefined<A, B, C>(a: A | undefined, b: B | undefined, combine: (a: A, b: B) => C): C | undefined {
  return a === undefined || b === undefined ? undefined : combine(a, b);
}

function toFinite(value: number | undefined): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

type WithoutUndefined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function omitUndefined<T extends { services: HostMetrics['services'] }>(
  values: T,
): WithoutUndefined<T> & Pick<T, 'services'>;
function omitUndefined<T extends object>(values: T): WithoutUndefined<T>;
function omitUndefined(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
