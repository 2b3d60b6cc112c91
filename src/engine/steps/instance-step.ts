import type { Cluster, Instance } from '../cluster/cluster.ts';
import { getInstanceIdOutput } from '../cluster/instance-id-output.ts';
import { createOutputValue } from '../cluster/output.ts';
import { getExternalAddressOutput } from '../cluster/outputs.ts';
import { getMinorVersion, type Release } from '../cluster/releases.ts';
import { getOwnershipLabels, getResourceNames } from '../cluster/resource-names.ts';
import type { InstanceSpec } from '../gcp/compute/compute-client.ts';
import { getSshKey } from '../pki/ssh-key.ts';
import { instanceStepHandle, type StepHandle } from '../workflow/step-handle.ts';
import type { ClusterStep } from './cluster-step.ts';
import { sshUser } from './connect-to-instance.ts';
import { assertNotStopped } from './find-current-address.ts';
import { resourceStep } from './resource-step.ts';
import type { RenderContext } from './step-context.ts';

const handles = {
  controller: instanceStepHandle('controllers'),
  worker: instanceStepHandle('workers'),
} as const satisfies Record<Instance['role'], unknown>;

/** The step that creates an instance. */
export function getInstanceHandle(instance: Instance): StepHandle {
  return handles[instance.role].on(instance);
}

/** One instance: 200 GB disk, IP forwarding, tags, the cluster's SSH key and no service account. Tutorial, chapter 3. */
export function instanceStep(cluster: Cluster, instance: Instance, dependsOn: readonly StepHandle[]): ClusterStep {
  return resourceStep({
    handle: getInstanceHandle(instance),
    title: `instance ${instance.name} (${cluster.machineType}, ${instance.address})`,
    dependsOn,
    collection: 'instances',
    ref: { name: instance.name, zone: cluster.zone, region: cluster.region },
    buildPartialSpec: () => buildPartialInstanceSpec(cluster, instance),
    buildSpec: (c) => buildInstanceSpec(c, instance),
    comparedFields: ['machineType', 'network', 'subnetwork', 'address', 'canIpForward', 'tags'],
    assertUsable: ({ name, zone, status }) => assertNotStopped(name, zone, status),
    isPending: (found) => found.status !== 'RUNNING' || found.externalAddress === undefined,
    getOutputs: ({ id, externalAddress = '' }) => [
      createOutputValue(getExternalAddressOutput(instance), externalAddress),
      createOutputValue(getInstanceIdOutput(instance), id),
    ],
  });
}

async function buildInstanceSpec({ cluster, vault }: RenderContext, instance: Instance): Promise<InstanceSpec> {
  const { publicKey } = await getSshKey(vault);
  return {
    ...buildPartialInstanceSpec(cluster, instance),
    metadata: {
      'ssh-keys': `${sshUser}:${publicKey}`,
      // Keys and users of the whole project get no access to the instance. With OS Login it would ignore `ssh-keys`.
      'block-project-ssh-keys': 'TRUE',
      'enable-oslogin': 'FALSE',
      // The instance publishes its SSH host keys once, at its first boot.
      'enable-guest-attributes': 'TRUE',
      ...('podCidr' in instance ? { 'pod-cidr': String(instance.podCidr) } : {}),
    },
  };
}

function buildPartialInstanceSpec(cluster: Cluster, instance: Instance): Omit<InstanceSpec, 'metadata'> {
  return {
    name: instance.name,
    zone: cluster.zone,
    region: cluster.region,
    machineType: cluster.machineType,
    network: getResourceNames(cluster).network,
    subnetwork: getResourceNames(cluster).subnet,
    address: instance.address,
    canIpForward: true,
    diskGb: 200,
    image: getBootImage(cluster.release),
    tags: [cluster.name, instance.role],
    labels: getOwnershipLabels(cluster),
  };
}

/**
 * `PROJECT/FAMILY`. Ubuntu 24.04 is supported until May 2029. Kubelets before 1.22 want control groups of version 1, as Ubuntu
 * last had them in 20.04. Its plain images are gone since its standard support ended in May 2025. Ubuntu Pro's remain, for which
 * Google bills by the hour. They get no extended updates here: their client identifies the instance by its service account.
 */
export function getBootImage(release: Release): string {
  return getMinorVersion(release) < 22
    ? 'ubuntu-os-pro-cloud/ubuntu-pro-2004-lts'
    : 'ubuntu-os-cloud/ubuntu-2404-lts-amd64';
}
