import { paths } from '../render/paths.ts';
import type { SshHost } from '../ssh/ssh-client.ts';
import type { HostFacts } from './cis/host-facts.ts';
import { hostFactsScript } from './cis/host-facts-script.ts';
import { parseHostFacts } from './cis/parse-host-facts.ts';
import { parseHostMetrics } from './parse-host-metrics.ts';

/** Metrics of one instance. Unavailable metrics are absent. */
export interface HostMetrics {
  /** Usable CPUs; fractional under a cgroup CPU limit. */
  readonly cpus?: number;
  /** 1-minute load average. Instances that share a kernel share this value. */
  readonly load?: number;
  /** Share of CFS periods in which its cgroup was throttled, since boot. 0 to 1. */
  readonly throttled?: number;
  /** CPU steal, measured over one second. 0 to 1. */
  readonly steal?: number;
  /** CPU I/O wait, measured over one second. 0 to 1. */
  readonly iowait?: number;
  /** `availableMb` is computed like the kubelet's: reclaimable caches count as available. */
  readonly memory?: { readonly totalMb: number; readonly availableMb: number };
  readonly swapUsedMb?: number;
  /** Installed Kubernetes services. `restarts`: automatic restarts since boot. */
  readonly services: readonly { readonly name: string; readonly active: string; readonly restarts: number }[];
  readonly etcd?: EtcdMetrics;
}

/** etcd's own metrics. Durations are 99th percentiles since its start; absent with too few samples. */
export interface EtcdMetrics {
  /** `took too long` log lines in the last 10 minutes. */
  readonly slowRequests?: number;
  readonly leaderChanges?: number;
  readonly heartbeatFailures?: number;
  readonly hasLeader?: boolean;
  readonly isLeader?: boolean;
  readonly fsyncMs?: number;
  readonly commitMs?: number;
  readonly roundTripMs?: number;
}

const watchedServices = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'containerd',
] as const;

const cgroupRoot = '/sys/fs/cgroup';
const etcdClientFlags = ['cacert ca', 'cert etcd', 'key etcd-key']
  .map((pair) => pair.split(' '))
  .map(([option, file]) => `--${option} ${paths.etcdConfig}/${file}.pem`)
  .join(' ');

/** Always succeeds; missing values are omitted. Supports cgroup v1 and v2. */
const metricsScript = `set +e +o pipefail
echo "before $(head -n 1 /proc/stat)"; sleep 1; echo "after $(head -n 1 /proc/stat)"
echo "nproc $(nproc)"; echo "load $(cat /proc/loadavg)"
grep -E '^(MemTotal|MemAvailable|SwapTotal|SwapFree):' /proc/meminfo
cd ${cgroupRoot}
for f in cpu.max cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us memory.max memory.current memory/memory.limit_in_bytes memory/memory.usage_in_bytes; do
  [ -r $f ] && echo "$f $(cat $f)"
done
grep -hsE '^nr_(periods|throttled) ' cpu.stat cpu/cpu.stat
grep -hsE '^(total_)?inactive_file ' memory.stat memory/memory.stat
systemctl show -p Id -p LoadState -p ActiveState -p NRestarts ${watchedServices.join(' ')}; echo
[ -e ${paths.units}/etcd.service ] || exit 0
echo "took-too-long $(journalctl -b -u etcd -q --no-pager -o cat --since -10min | grep -c 'took too long')"
curl -sS -m 5 ${etcdClientFlags} https://127.0.0.1:2379/metrics |
  grep -E '^etcd_(disk_wal_fsync|disk_backend_commit|network_peer_round_trip_time|server_has_leader|server_is_leader|server_leader_changes|server_heartbeat_send_failures)'
exit 0`;

/** Collects metrics over SSH as root, in about one second. @throws KthwError if the instance is unreachable */
export async function collectMetrics(
  host: SshHost,
  options: { readonly deadlineMs: number; readonly signal: AbortSignal },
): Promise<HostMetrics> {
  return parseHostMetrics((await host.run(metricsScript, options)).stdout);
}

/** Collects metrics and the facts for CIS checks in one SSH session. @throws KthwError if the instance is unreachable */
export async function collectMetricsAndFacts(
  host: SshHost,
  options: { readonly deadlineMs: number; readonly signal: AbortSignal },
): Promise<{ readonly metrics: HostMetrics; readonly facts: HostFacts }> {
  const { stdout } = await host.runBatch([{ run: metricsScript }, { run: hostFactsScript }], options);
  return { metrics: parseHostMetrics(stdout), facts: parseHostFacts(stdout) };
}
