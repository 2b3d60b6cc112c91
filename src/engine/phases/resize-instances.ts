import type { Cluster, Machine } from '../cluster/cluster.ts';
import { externalAddress, hostKeys } from '../cluster/outputs.ts';
import { labelsOf } from '../cluster/resource-names.ts';
import type { Instance, InstanceFound } from '../gcp/compute/compute-client.ts';
import { failureText } from '../ssh/format-failure.ts';
import type { Host } from '../ssh/ssh-client.ts';
import { etcdctl } from '../steps/etcdctl-command.ts';
import { hostAt } from '../steps/host-step.ts';
import { askReadyz } from '../steps/readyz-command.ts';
import { callOf } from '../workflow/derive-mutation-options.ts';
import { KthwError } from '../workflow/errors.ts';
import { type Context, definePhase, known, present, type Step } from '../workflow/step.ts';

/**
 * Each machine as the machine type that the cluster has now: stopped, changed, started; one after another, controllers
 * first, so that etcd keeps its quorum. It belongs to one operation and is in no other plan.
 * https://cloud.google.com/compute/docs/instances/changing-machine-type-of-stopped-instance
 */
export const resizePhase = definePhase({
  name: 'resize',
  title: 'Machines of another type',
  chapter: 3,
  after: [],
  // A machine boots, and on a controller etcd and the API server come up: minutes where it is slow.
  retry: { attempts: 20, firstDelayMs: 2_000, maxDelayMs: 15_000 },
  steps: (cluster) =>
    cluster.machines.map((machine, i) => {
      const before = cluster.machines[i - 1];
      return resized(cluster, machine, before ? [`resize/${before.name}`] : []);
    }),
});

type Found = Instance & InstanceFound;

function resized(cluster: Cluster, machine: Machine, after: readonly string[]): Step {
  const { name } = machine;
  const wanted = cluster.machineType;
  const title = `machine ${name} as ${wanted}`;
  const find = ({ cloud, signal }: Context) =>
    cloud.instances.get({ name, zone: cluster.zone, region: cluster.region }, signal);
  return {
    key: `resize/${name}`,
    title,
    after,
    asks: true,
    async stake(c) {
      const found = await find(c);
      if (!found) return { lines: [], state: '' };
      return { lines: [becoming(found, cluster, machine)], state: `${found.machineType} ${found.status}` };
    },
    async observe(c) {
      const found = await find(c);
      // Nothing to change: whoever walks forward from here makes it of the wanted type.
      if (!found && machine.role === 'worker') return present();
      if (!found) return { is: 'different', fields: [{ field: `machine ${name}`, wanted, found: 'not there' }] };
      if (!isThere(found, wanted)) return { is: 'absent' };
      const address = found.externalAddress;
      if (address === undefined) throw new KthwError('not-there-yet', { step: title });
      const host = await hostAt(c, machine, { address, hostKeys: c.know(hostKeys(machine)) });
      await isWell(host, machine, c);
      return present(known(externalAddress(machine), address));
    },
    async apply(c) {
      const found = await find(c);
      if (!found) throw new KthwError('not-there-yet', { step: title });
      if (!isOurs(found, cluster)) throw new KthwError('conflict', { what: `machine ${name}` });
      const at = { name, zone: cluster.zone };
      if (found.machineType !== wanted) {
        await thereIsQuota(c, found);
        if (found.status !== 'TERMINATED') {
          await othersAreWell(c, machine);
          await c.cloud.stopInstance(at, callOf(c, 'stop'));
        }
        await c.cloud.setMachineType(at, wanted, callOf(c, 'type'));
      }
      await c.cloud.startInstance(at, callOf(c, 'start'));
    },
  };
}

/** Up as wanted, or on its way up. */
function isThere({ machineType, status }: Found, wanted: string): boolean {
  return machineType === wanted && ['RUNNING', 'PROVISIONING', 'STAGING'].includes(status);
}

function isOurs({ labels }: Found, cluster: Cluster): boolean {
  return Object.entries(labelsOf(cluster)).every(([key, value]) => labels[key] === value);
}

/** What is to happen to a machine, for a person. */
function becoming(found: Found, cluster: Cluster, machine: Machine): string {
  const { name, machineType, status } = found;
  const wanted = cluster.machineType;
  if (isThere(found, wanted)) return `machine ${name} is ${wanted} already and stays up`;
  if (machineType === wanted) return `machine ${name} starts as ${wanted}, it is ${status}`;
  return `machine ${name} restarts as ${wanted}, it is ${machineType}; ${meanwhile(cluster, machine)}`;
}

function meanwhile({ controllerMachines }: Cluster, { role }: Machine): string {
  if (role === 'worker') return 'its pods are away meanwhile';
  return controllerMachines.length > 1 ? 'the others keep quorum' : 'the API is away meanwhile';
}

/** A worker's kubelet is well; on a controller, etcd takes requests and the API server is ready. */
async function isWell(host: Host, { name, role }: Machine, { signal }: Context): Promise<void> {
  const script =
    role === 'controller'
      ? `${etcdctl('endpoint health')} && ${askReadyz}`
      : 'curl -fsS -m 5 http://127.0.0.1:10248/healthz';
  const result = await host.run(script, { deadlineMs: 30_000, signal });
  if (result.exitCode !== 0) throw new KthwError('not-healthy', { what: name }, { detail: failureText(result) });
}

/**
 * One member may go only while all others are healthy: then they are a quorum. Each answers for itself, and only where
 * there is one. A single controller has no others, and the approval says what that means.
 */
async function othersAreWell(c: Context, machine: Machine): Promise<void> {
  if (machine.role !== 'controller') return;
  const others = c.cluster.controllerMachines.filter(({ name }) => name !== machine.name);
  await Promise.all(
    others.map(async (other) => {
      const { zone, region } = c.cluster;
      const address = (await c.cloud.instances.get({ name: other.name, zone, region }, c.signal))?.externalAddress;
      if (address === undefined) throw new KthwError('not-healthy', { what: `machine ${other.name}` });
      const host = await hostAt(c, other, { address, hostKeys: c.know(hostKeys(other)) });
      const result = await host.run(etcdctl('endpoint health'), { deadlineMs: 30_000, signal: c.signal });
      if (result.exitCode !== 0) throw new KthwError('not-healthy', { what: `etcd on ${other.name}` });
    }),
  );
}

/** A machine that was stopped and can't be started for want of quota would be a member less. */
async function thereIsQuota({ cloud, cluster, signal }: Context, { name, zone, machineType }: Found): Promise<void> {
  const [now, later, quotas = []] = await Promise.all([
    cloud.machineType({ name: machineType, zone }, signal),
    cloud.machineType({ name: cluster.machineType, zone }, signal),
    cloud.quotas(cluster.region, signal),
  ]);
  const more = Math.ceil(later?.cpus ?? 0) - Math.ceil(now?.cpus ?? 0);
  const short = quotas.find(({ metric, limit, usage }) => metric === 'CPUS' && usage + more > limit);
  if (!short) return;
  const detail = `${more} more CPUs needed, ${short.usage} of ${short.limit} are used`;
  throw new KthwError('quota', { doing: `making ${name} ${cluster.machineType}` }, { detail });
}
