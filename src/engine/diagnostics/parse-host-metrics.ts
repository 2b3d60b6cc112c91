import type { EtcdReadings, Readings } from './host-metrics.ts';

const mb = 1024 * 1024;
/** What control groups of version 1 say where there is no limit: the largest number of pages. */
const unlimited = 2 ** 60;
/** A percentile of fewer measurements says nothing. */
const fewest = 30;

/** What the script in `readings.ts` printed, as figures. Pure; what is missing or garbled is left out. */
export function parseReadings(text: string): Readings {
  const lines = text.split('\n');
  const values = new Map(lines.map((line) => [line.slice(0, line.search(/[ :]/)), line.replace(/^\S+\s+/, '')]));
  const number = (key: string) => finite(Number.parseFloat(values.get(key) ?? ''));
  const cpu = shares(values.get('before'), values.get('after'));
  const [periods, held] = [number('nr_periods'), number('nr_throttled')];
  const swap = both(number('SwapTotal'), number('SwapFree'), (total, free) => Math.round((total - free) / 1024));
  return given({
    cpus: cpusOf(number('nproc'), values, number),
    load: number('load'),
    throttled: periods ? both(periods, held, (all, some) => some / all) : undefined,
    ...cpu,
    memory: memoryOf(number),
    swapUsedMb: swap,
    services: servicesIn(text),
    etcd: etcdIn(lines, number('took-too-long')),
  });
}

/**
 * A percentile of a Prometheus histogram, with the buckets of all its series together: straight within a bucket, as
 * `histogram_quantile` has it. https://prometheus.io/docs/practices/histograms/
 */
export function percentile(lines: readonly string[], metric: string, rank: number): number | undefined {
  const buckets = new Map<number, number>();
  for (const line of lines) {
    const [, le = '', count = ''] = line.match(new RegExp(`^${metric}_bucket\\{.*le="([^"]+)"\\} (\\S+)`)) ?? [];
    if (le === '') continue;
    const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
    buckets.set(bound, (buckets.get(bound) ?? 0) + Number(count));
  }
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  const total = sorted.at(-1)?.[1] ?? 0;
  if (total < fewest) return undefined;
  const at = sorted.findIndex(([, count]) => count >= rank * total);
  const [lower, below] = sorted[at - 1] ?? [0, 0];
  const [upper, upTo] = sorted[at] ?? [0, 0];
  if (upper === Number.POSITIVE_INFINITY) return lower;
  return lower + (upper - lower) * ((rank * total - below) / (upTo - below));
}

function etcdIn(lines: readonly string[], tookTooLong: number | undefined): EtcdReadings | undefined {
  const value = (metric: string) =>
    finite(Number(lines.find((line) => line.startsWith(`${metric} `))?.slice(metric.length + 1)));
  const ms = (metric: string) => {
    const seconds = percentile(lines, `${metric}_seconds`, 0.99);
    return seconds === undefined ? undefined : Math.round(seconds * 10_000) / 10;
  };
  const [leader, own] = [value('etcd_server_has_leader'), value('etcd_server_is_leader')];
  const etcd = given({
    tookTooLong,
    leaderChanges: value('etcd_server_leader_changes_seen_total'),
    heartbeatFailures: value('etcd_server_heartbeat_send_failures_total'),
    hasLeader: leader === undefined ? undefined : leader > 0,
    isLeader: own === undefined ? undefined : own > 0,
    fsyncMs: ms('etcd_disk_wal_fsync_duration'),
    commitMs: ms('etcd_disk_backend_commit_duration'),
    roundTripMs: ms('etcd_network_peer_round_trip_time'),
  });
  return Object.keys(etcd).length > 0 ? etcd : undefined;
}

/** Steal and iowait of what passed between two lines of /proc/stat. https://docs.kernel.org/filesystems/proc.html */
function shares(before: string | undefined, after: string | undefined): Pick<Readings, 'steal' | 'iowait'> {
  const [first, last] = [before, after].map((line) => line?.match(/\d+/g)?.map(Number) ?? []);
  const passed = last?.map((ticks, i) => ticks - (first?.[i] ?? 0)) ?? [];
  // Time of guests is in user time already.
  const total = passed.slice(0, 8).reduce((sum, ticks) => sum + ticks, 0);
  const [iowait, steal] = [passed[4], passed[7]];
  return total > 0 && iowait !== undefined && steal !== undefined
    ? { steal: steal / total, iowait: iowait / total }
    : {};
}

function cpusOf(
  all: number | undefined,
  values: ReadonlyMap<string, string>,
  number: (key: string) => number | undefined,
): number | undefined {
  const [quota, period] = (values.get('cpu.max') ?? '').split(' ').map(Number);
  const ofV2 = both(finite(quota), finite(period), (q, p) => q / p);
  const ofV1 = both(number('cpu/cpu.cfs_quota_us'), number('cpu/cpu.cfs_period_us'), (q, p) => q / p);
  const allowed = ofV2 ?? (ofV1 !== undefined && ofV1 > 0 ? ofV1 : undefined);
  if (allowed === undefined || all === undefined) return all;
  return Math.min(all, allowed);
}

/** The kubelet's way: https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/ */
function memoryOf(number: (key: string) => number | undefined): Readings['memory'] {
  const [total, available] = [number('MemTotal'), number('MemAvailable')];
  if (total === undefined || available === undefined) return undefined;
  const ofMachine = { totalMb: Math.round(total / 1024), availableMb: Math.round(available / 1024) };
  const limit = number('memory.max') ?? number('memory/memory.limit_in_bytes');
  const usage = number('memory.current') ?? number('memory/memory.usage_in_bytes');
  if (limit === undefined || usage === undefined || limit >= Math.min(unlimited, total * 1024)) return ofMachine;
  const canGo = number('total_inactive_file') ?? number('inactive_file') ?? 0;
  const left = Math.round((limit - usage + canGo) / mb);
  return { totalMb: Math.round(limit / mb), availableMb: Math.min(left, ofMachine.availableMb) };
}

function servicesIn(text: string): Readings['services'] {
  return text.split('\n\n').flatMap((block) => {
    const field = (name: string) => block.match(new RegExp(`^${name}=(.*)$`, 'm'))?.[1] ?? '';
    if (field('LoadState') !== 'loaded') return [];
    return [
      {
        name: field('Id').replace(/\.service$/, ''),
        active: field('ActiveState'),
        restarts: finite(Number(field('NRestarts'))) ?? 0,
      },
    ];
  });
}

function both<A, B, C>(a: A | undefined, b: B | undefined, of: (a: A, b: B) => C): C | undefined {
  return a === undefined || b === undefined ? undefined : of(a, b);
}

function finite(value: number | undefined): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what is not there. */
function given<T extends { services: Readings['services'] }>(values: T): Given<T> & Pick<T, 'services'>;
function given<T extends object>(values: T): Given<T>;
function given(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
