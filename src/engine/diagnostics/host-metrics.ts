import { paths } from '../render/paths.ts';
import type { SshHost } from '../ssh/ssh-client.ts';
import type { HostFacts } from './cis/host-facts.ts';
import { hostFactsScript } from './cis/host-facts-script.ts';
import { parseHostFacts } from './cis/parse-host-facts.ts';
import { parseHostMetrics } from './parse-host-metrics.ts';

/** What an operator would look at on one machine. What could not be read is not there. */
export interface HostMetrics {
  /** CPUs it may use: a part of one where its control group is held to that. */
  readonly cpus?: number;
  /** Over the last minute. Where machines share a kernel, that kernel's. */
  readonly load?: number;
  /** Of all periods of its control group, those in which it was held back. Since it started; 0 to 1. */
  readonly throttled?: number;
  /** Of the CPU time of one second: what the hypervisor gave to others. 0 to 1. */
  readonly steal?: number;
  /** Of the CPU time of one second: spent waiting for a disk. 0 to 1. */
  readonly iowait?: number;
  /** `available` as the kubelet counts it, so that caches that can go at once are not in use. */
  readonly memory?: { readonly totalMb: number; readonly availableMb: number };
  readonly swapUsedMb?: number;
  /** Services of the cluster that are installed here. `restarts`: by themselves, since this boot. */
  readonly services: readonly { readonly name: string; readonly active: string; readonly restarts: number }[];
  readonly etcd?: EtcdMetrics;
}

/** What etcd says of itself. Durations are 99th percentiles since it started; too few measurements give none. */
export interface EtcdMetrics {
  /** How often its log said so in the last 10 minutes. */
  readonly slowRequests?: number;
  readonly leaderChanges?: number;
  readonly heartbeatFailures?: number;
  readonly hasLeader?: boolean;
  /** It is the leader itself. */
  readonly isLeader?: boolean;
  readonly fsyncMs?: number;
  readonly commitMs?: number;
  readonly roundTripMs?: number;
}

export const watchedServices = [
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

/** Nothing in it fails: what is not there is left out. Control groups are read in both versions. */
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

/** Looks at one machine, as root over ssh, for about a second. @throws KthwError when it can't be reached */
export async function collectMetrics(
  host: SshHost,
  options: { readonly deadlineMs: number; readonly signal: AbortSignal },
): Promise<HostMetrics> {
  return parseHostMetrics((await host.run(metricsScript, options)).stdout);
}

/** The same, and what the benchmark's items ask for, in one visit. @throws KthwError when it can't be reached */
export async function collectMetricsAndFacts(
  host: SshHost,
  options: { readonly deadlineMs: number; readonly signal: AbortSignal },
): Promise<{ readonly metrics: HostMetrics; readonly facts: HostFacts }> {
  const { stdout } = await host.runBatch([{ run: metricsScript }, { run: hostFactsScript }], options);
  return { metrics: parseHostMetrics(stdout), facts: parseHostFacts(stdout) };
}
