import { randomUUID } from 'node:crypto';
import type { Cluster, Instance } from '../cluster/cluster.ts';
import { KthwError } from '../cluster/errors.ts';
import { isOwned } from '../cluster/is-owned.ts';
import { createOutputValue } from '../cluster/output.ts';
import { getExternalAddressOutput, getHostKeysOutput } from '../cluster/outputs.ts';
import type { InstanceSpec, InstanceState } from '../gcp/compute/compute-client.ts';
import { deriveMutationOptions } from '../gcp/compute/derive-mutation-options.ts';
import { getCpuMetric } from '../gcp/compute/find-quota-problems.ts';
import { formatFailure } from '../ssh/format-failure.ts';
import type { SshHost } from '../ssh/ssh-client.ts';
import { type ClusterStep, definePhase } from '../steps/cluster-step.ts';
import { connectAt } from '../steps/connect-to-instance.ts';
import { describeConsole } from '../steps/describe-console.ts';
import { describeUnits } from '../steps/describe-units.ts';
import { buildEtcdctlCommand } from '../steps/etcdctl-command.ts';
import { readyzCommand } from '../steps/readyz-command.ts';
import type { StepContext } from '../steps/step-context.ts';
import { markPresent } from '../workflow/observation.ts';
import { instanceStepHandle, type StepHandle } from '../workflow/step-handle.ts';

const resizedInstance = instanceStepHandle('resize-instances');

/**
 * Stops each instance, changes its machine type and starts it. One instance at a time, control plane nodes first, so that
 * etcd keeps quorum. Only resize runs this phase.
 * https://cloud.google.com/compute/docs/instances/changing-machine-type-of-stopped-instance
 */
export const resizeInstances = definePhase({
  name: 'resize-instances',
  title: 'Resize instances',
  chapter: 3,
  // Booting an instance and starting etcd and the API server can take minutes.
  retry: { attempts: 20, firstDelayMs: 2_000, maxDelayMs: 15_000 },
  steps: (cluster) =>
    cluster.instances.map((instance, i) =>
      createResizeStep(cluster, instance, resizedInstance.onAll(cluster.instances.slice(Math.max(0, i - 1), i))),
    ),
});

type InstanceResource = InstanceSpec & InstanceState;

function createResizeStep(cluster: Cluster, instance: Instance, dependsOn: readonly StepHandle[]): ClusterStep {
  const { name } = instance;
  const desired = cluster.machineType;
  const title = `instance ${name} (${desired})`;
  const findInstance = ({ compute, signal }: StepContext) =>
    compute.instances.get({ name, zone: cluster.zone, region: cluster.region }, signal);
  return {
    handle: resizedInstance.on(instance),
    title,
    dependsOn,
    destructive: {
      async previewDestruction(c) {
        const found = await findInstance(c);
        if (!found) return { lines: [], fingerprint: '' };
        const fingerprint = `${found.machineType} ${found.status}`;
        return { lines: [describeResize(found, cluster, instance)], fingerprint };
      },
      async restore(c) {
        const found = await findInstance(c);
        if (found?.status !== 'TERMINATED' || !isOwned('instances', found, cluster)) return;
        await c.compute.startInstance({ name, zone: cluster.zone }, { requestId: randomUUID(), signal: c.signal });
        c.logProgress(`started ${name} again as ${found.machineType}, because the resize was stopped`);
      },
    },
    wait: {
      // Without SSH, the serial console shows how far the boot is.
      describe: (c) =>
        describeUnits(c, instance, instance.role === 'controller' ? ['etcd', 'kube-apiserver'] : ['kubelet']).catch(
          () => describeConsole(c, instance),
        ),
      remedy: () => 'find the cause with `/kthw doctor`',
      limitMs: 10 * 60_000,
    },
    async observe(c) {
      const found = await findInstance(c);
      // A missing worker is created with the desired type by a later step.
      if (!found && instance.role === 'worker') return markPresent();
      if (!found) throw new KthwError('instance-missing', { name, cluster: cluster.name, phase: `${instance.role}s` });
      if (!isUpWithType(found, desired)) return { status: 'absent' };
      const address = found.externalAddress;
      if (address === undefined) throw new KthwError('not-there-yet', { step: title });
      const host = await connectAt(c, instance, { address, hostKeys: c.getOutput(getHostKeysOutput(instance)) });
      await assertHealthy(host, instance, c);
      return markPresent('', createOutputValue(getExternalAddressOutput(instance), address));
    },
    async apply(c) {
      const found = await findInstance(c);
      if (!found) throw new KthwError('not-there-yet', { step: title });
      if (!isOwned('instances', found, cluster)) throw new KthwError('conflict', { what: `instance ${name}` });
      const ref = { name, zone: cluster.zone };
      if (found.machineType !== desired) {
        await assertQuota(c, found);
        if (found.status !== 'TERMINATED') {
          await assertOtherMembersHealthy(c, instance);
          await c.compute.stopInstance(ref, deriveMutationOptions(c, 'stop'));
        }
        await c.compute.setMachineType(ref, desired, deriveMutationOptions(c, 'type'));
      }
      await c.compute.startInstance(ref, deriveMutationOptions(c, 'start'));
    },
  };
}

/** Running with the desired type, or starting. */
function isUpWithType({ machineType, status }: InstanceResource, desiredType: string): boolean {
  return machineType === desiredType && ['RUNNING', 'PROVISIONING', 'STAGING'].includes(status);
}

/** What a resize does to an instance, for the approver. */
function describeResize(found: InstanceResource, cluster: Cluster, instance: Instance): string {
  const { name, machineType, status } = found;
  const desiredType = cluster.machineType;
  if (isUpWithType(found, desiredType)) return `instance ${name} already is ${desiredType} and keeps running`;
  if (machineType === desiredType) return `instance ${name} starts as ${desiredType} (now ${status})`;
  return `instance ${name} restarts as ${desiredType} (now ${machineType}); ${describeDowntime(cluster, instance)}`;
}

function describeDowntime({ controllerInstances }: Cluster, { role }: Instance): string {
  if (role === 'worker') return 'its pods are unavailable during the restart';
  return controllerInstances.length > 1
    ? 'the other etcd members keep quorum'
    : 'the API server is unavailable during the restart';
}

/** Checks the kubelet of a worker, or etcd and the API server of a control plane node. */
async function assertHealthy(host: SshHost, { name, role }: Instance, { signal }: StepContext): Promise<void> {
  const script =
    role === 'controller'
      ? `${buildEtcdctlCommand('endpoint health')} && ${readyzCommand}`
      : 'curl -fsS -m 5 http://127.0.0.1:10248/healthz';
  const result = await host.run(script, { deadlineMs: 30_000, signal });
  if (result.exitCode !== 0) throw new KthwError('not-healthy', { what: name }, { detail: formatFailure(result) });
}

/**
 * Stopping one etcd member is safe only while all others are healthy, because only then they have quorum. Each is asked
 * directly. A single control plane node has no others; its approval request says that the API server is unavailable.
 */
async function assertOtherMembersHealthy(c: StepContext, instance: Instance): Promise<void> {
  if (instance.role !== 'controller') return;
  const others = c.cluster.controllerInstances.filter(({ name }) => name !== instance.name);
  await Promise.all(
    others.map(async (other) => {
      const { zone, region } = c.cluster;
      const address = (await c.compute.instances.get({ name: other.name, zone, region }, c.signal))?.externalAddress;
      if (address === undefined) throw new KthwError('not-healthy', { what: `instance ${other.name}` });
      const host = await connectAt(c, other, { address, hostKeys: c.getOutput(getHostKeysOutput(other)) });
      const result = await host.run(buildEtcdctlCommand('endpoint health'), { deadlineMs: 30_000, signal: c.signal });
      if (result.exitCode !== 0) throw new KthwError('not-healthy', { what: `etcd on ${other.name}` });
    }),
  );
}

/** Without quota, a stopped instance could not start again. */
async function assertQuota(
  { compute, cluster, signal }: StepContext,
  { name, zone, machineType }: InstanceResource,
): Promise<void> {
  const [currentType, newType, regional = [], global] = await Promise.all([
    compute.getMachineType({ name: machineType, zone }, signal),
    compute.getMachineType({ name: cluster.machineType, zone }, signal),
    compute.listQuotas(cluster.region, signal),
    compute.listProjectQuotas(signal),
  ]);
  const newCpus = Math.ceil(newType?.cpus ?? 0);
  const extraCpus = newCpus - Math.ceil(currentType?.cpus ?? 0);
  const metric = getCpuMetric(cluster.machineType, regional);
  // The instance releases the quota of its current series, not that of another one.
  const needed = metric === getCpuMetric(machineType, regional) ? extraCpus : newCpus;
  const exceeded = [
    ...regional.filter((one) => one.metric === metric).map((one) => ({ ...one, region: cluster.region, needed })),
    ...global.filter((one) => one.metric === 'CPUS_ALL_REGIONS').map((one) => ({ ...one, needed: extraCpus })),
  ].find(({ limit, usage, needed: count }) => count > 0 && usage + count > limit);
  if (!exceeded) return;
  const { needed: count, ...quota } = exceeded;
  const detail = `${count} more CPUs needed, ${quota.usage} of ${quota.limit} are used`;
  throw new KthwError('quota', { doing: `resizing ${name} to ${cluster.machineType}`, quota }, { detail });
}
