import { z } from 'zod';
import type { ClusterRecord, ClusterSpec } from '../../store/records.ts';
import type { Vault } from '../../store/vault/vault.ts';
import { type Cluster, clusterOf, type Machine, type Worker } from '../cluster/cluster.ts';
import { publicAddress } from '../cluster/outputs.ts';
import { names } from '../cluster/resource-names.ts';
import { certificateAt, vaultPaths } from '../cluster/vault-paths.ts';
import type { Cloud } from '../gcp/compute/compute-client.ts';
import type { Kube } from '../kubernetes/kube-client.ts';
import type { Remote } from '../ssh/ssh-client.ts';
import { faultOf, KthwError } from '../workflow/errors.ts';
import type { Patient } from './diagnose.ts';
import { examine } from './inspect-instances.ts';

/** A cluster as it was found in one look, from outside of any run. */
export interface Sight {
  readonly cluster: string;
  readonly spec: ClusterSpec;
  readonly at: Date;
  readonly machines: readonly MachineSight[];
  /** The address before the controllers, and to which of them it sends requests. */
  readonly balancer: { readonly address?: string; readonly healthy?: ReadonlyMap<string, boolean> };
  /** What could not be looked at, and why. */
  readonly unseen: readonly string[];
}

export interface MachineSight extends Pick<Machine, 'name' | 'role' | 'address'> {
  readonly podCidr?: string;
  /** Whether there is such a machine, and what the cloud says of it. Undefined: it could not be asked. */
  readonly exists?: boolean;
  readonly status?: string;
  readonly externalAddress?: string;
  /** It leads etcd. Undefined: it could not be asked. */
  readonly leads?: boolean;
  /** Services of the cluster that do not run on it. Undefined: it could not be looked at. */
  readonly down?: readonly string[];
  /** What the API server says of its node: undefined where it has none, or could not be asked. */
  readonly ready?: boolean;
}

interface Tools {
  readonly cloud: Cloud;
  readonly kube: Kube;
  readonly vault: Vault;
  openRemote(spec: ClusterSpec): Promise<Remote>;
}

/** A person waits for it. */
const deadlineMs = 7_000;

const NodeList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) }),
    }),
  ),
});

/** Looks at machines, load balancer and nodes side by side, for up to 7 s. @param facts what runs have found out */
export async function sightOf(tools: Tools, spec: ClusterSpec, facts: ClusterRecord['facts']): Promise<Sight> {
  const cluster = clusterOf(spec);
  const address = publicAddress.schema.safeParse(facts[publicAddress.name]).data;
  const unseen: string[] = [];
  async function seen<T>(what: string, look: () => Promise<T>): Promise<T | undefined> {
    try {
      return await look();
    } catch (error) {
      unseen.push(`${what}: ${faultOf(error, 'looking at it').message}`);
      return undefined;
    }
  }
  const signal = AbortSignal.timeout(deadlineMs);
  const [patients, healthy, nodes] = await Promise.all([
    patientsOf(tools, spec, facts),
    seen('load balancer', () => healthOf(tools.cloud, cluster, signal)),
    address === undefined ? undefined : seen('nodes', () => nodesOf(tools, address, signal)),
  ]);
  unseen.push(...patients.flatMap(troubleOf));
  return {
    cluster: spec.name,
    spec,
    at: new Date(),
    machines: cluster.machines.map((machine, i) => machineSight(machine, patients[i], nodes)),
    balancer: { ...(address ? { address } : {}), ...(healthy ? { healthy } : {}) },
    unseen,
  };
}

/** Most say already which machine they are about. */
function troubleOf({ name, trouble }: Patient): string[] {
  if (trouble === undefined) return [];
  return [trouble.startsWith(name) ? trouble : `${name}: ${trouble}`];
}

async function patientsOf(
  { cloud, vault, openRemote }: Tools,
  spec: ClusterSpec,
  facts: ClusterRecord['facts'],
): Promise<readonly Patient[]> {
  const cluster = clusterOf(spec);
  const remote = await openRemote(spec);
  try {
    const { patients } = await examine(
      {
        ...{ cluster, cloud, vault, remote, signal: new AbortController().signal },
        knows: ({ name, schema }) => (facts[name] === undefined ? undefined : schema.parse(facts[name])),
      },
      cluster.machines,
      deadlineMs,
    );
    return patients;
  } finally {
    await remote.close();
  }
}

async function healthOf(cloud: Cloud, cluster: Cluster, signal: AbortSignal): Promise<ReadonlyMap<string, boolean>> {
  const states = await cloud.poolHealth({ name: names(cluster).targetPool, region: cluster.region }, signal);
  return new Map([...states].map(([name, state]) => [name, state === 'HEALTHY']));
}

/** Whether each node that the API server knows is ready. */
async function nodesOf(
  { kube, vault }: Tools,
  address: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, boolean>> {
  const [authority, admin] = await Promise.all([
    certificateAt(vault, vaultPaths.authority),
    certificateAt(vault, vaultPaths.certificate('admin')),
  ]);
  const api = kube.at({ address, authority: authority.certificate, ...admin });
  const { status, body } = await api.request('GET', '/api/v1/nodes', signal);
  if (status !== 200) throw new KthwError('api-refused', { doing: 'reading the nodes', status });
  const { items } = NodeList.parse(body);
  return new Map(
    items.map(({ metadata, status }) => [
      metadata.name,
      status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    ]),
  );
}

function machineSight(
  machine: Machine,
  patient: Patient | undefined,
  nodes: ReadonlyMap<string, boolean> | undefined,
): MachineSight {
  const { name, role, address } = machine;
  const { found, readings } = patient ?? {};
  const ready = nodes?.get(name);
  return {
    ...{ name, role, address },
    ...(isWorker(machine) ? { podCidr: machine.podCidr } : {}),
    ...(found === undefined ? {} : found === 'none' ? { exists: false } : { exists: true, ...found }),
    ...(readings?.etcd?.isLeader === undefined ? {} : { leads: readings.etcd.isLeader }),
    ...(readings ? { down: readings.services.flatMap((one) => (one.active === 'active' ? [] : [one.name])) } : {}),
    ...(role === 'worker' && ready !== undefined ? { ready } : {}),
  };
}

function isWorker(machine: Machine): machine is Worker {
  return machine.role === 'worker';
}
