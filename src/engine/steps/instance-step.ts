import type { Cluster, Machine } from '../cluster/cluster.ts';
import { externalAddress } from '../cluster/outputs.ts';
import { minorOf, type Release } from '../cluster/releases.ts';
import { labelsOf, names } from '../cluster/resource-names.ts';
import { sshKeyOf } from '../cluster/vault-paths.ts';
import type { Instance } from '../gcp/compute/compute-client.ts';
import { known, type Rendering, type Step } from '../workflow/step.ts';
import { sshUser } from './host-step.ts';
import { cloudStep } from './resource-step.ts';

const scope = 'https://www.googleapis.com/auth/';

/** Images, logs and metrics. The tutorial's `compute-rw`, with which any pod could change machines, serves nothing here. */
const scopes = ['devstorage.read_only', 'logging.write', 'monitoring.write'].map((name) => scope + name);

/** One virtual machine: 200 GB disk, IP forwarding, tags, the ssh key of the cluster's own. Tutorial, chapter 3. */
export function instanceStep(phase: string, cluster: Cluster, machine: Machine): Step {
  return cloudStep({
    key: `${phase}/${machine.name}`,
    title: `machine ${machine.name} (${cluster.machineType}, ${machine.address})`,
    after: ['network/subnet', 'keys/ssh'],
    of: 'instances',
    at: { name: machine.name, zone: cluster.zone, region: cluster.region },
    shape: () => shapeOf(cluster, machine),
    spec: (c) => instanceOf(c, machine),
    compare: ['machineType', 'network', 'subnetwork', 'address', 'canIpForward', 'tags', 'labels'],
    pending: (found) => found.status !== 'RUNNING' || found.externalAddress === undefined,
    facts: (found) => [known(externalAddress(machine), found.externalAddress ?? '')],
  });
}

async function instanceOf({ cluster, vault }: Rendering, machine: Machine): Promise<Instance> {
  const { publicLine } = await sshKeyOf(vault);
  return {
    ...shapeOf(cluster, machine),
    metadata: {
      'ssh-keys': `${sshUser}:${publicLine}`,
      // Host keys are written there once, at the first boot: it must be on from the start.
      'enable-guest-attributes': 'TRUE',
      ...('podCidr' in machine ? { 'pod-cidr': String(machine.podCidr) } : {}),
    },
  };
}

function shapeOf(cluster: Cluster, machine: Machine): Omit<Instance, 'metadata'> {
  return {
    name: machine.name,
    zone: cluster.zone,
    region: cluster.region,
    machineType: cluster.machineType,
    network: names(cluster).network,
    subnetwork: names(cluster).subnet,
    address: machine.address,
    canIpForward: true,
    diskGb: 200,
    image: imageOf(cluster.release),
    tags: [cluster.name, machine.role],
    labels: labelsOf(cluster),
    scopes,
  };
}

/**
 * `PROJECT/FAMILY`. Ubuntu 24.04 is supported until May 2029. Kubelets before 1.22 want control groups of version 1, as Ubuntu
 * last had them in 20.04. Its plain images are gone since its standard support ended in May 2025; Ubuntu Pro's, for which Google
 * bills by the hour, get security fixes until 2030.
 */
export function imageOf(release: Release): string {
  return minorOf(release) < 22 ? 'ubuntu-os-pro-cloud/ubuntu-pro-2004-lts' : 'ubuntu-os-cloud/ubuntu-2404-lts-amd64';
}
