import { getLastSegment } from '../../api/links.ts';
import type { MachineSpec } from '../../machine-backend.ts';
import type { CloudState } from '../../state/cloud-state.ts';
import type { Entity } from '../../state/entity.ts';
import { getNatAddress } from '../../state/external-addresses.ts';
import { getTimestamp } from '../../state/identity.ts';
import type { Project } from '../../state/project.ts';
import { findReservedAddress } from '../addresses.ts';
import { getRegion } from '../locations.ts';
import { buildMachineMetadata } from './instance-fields.ts';
import type { Instance } from './instances.ts';
import { getMachineLimits } from './machine-types.ts';

type LifecycleAction = (entity: Entity<Instance>, cloud: CloudState, project: Project) => Promise<void>;

export const createInstance: LifecycleAction = async ({ resource }, cloud, project) => {
  resource.status = 'STAGING';
  await cloud.machines.create(buildMachineSpec(resource, project));
  markRunning(resource);
};

/**
 * Boots an instance of an earlier process if it was running. An instance without a disk, or that does not boot, is
 * terminated.
 * @returns a sentence about its state
 */
export async function restoreInstance(entity: Entity<Instance>, cloud: CloudState, project: Project): Promise<string> {
  const { resource } = entity;
  const wasRunning = !['TERMINATED', 'STOPPING'].includes(resource.status);
  resource.status = 'TERMINATED';
  const hasDisk = await cloud.machines
    .restore(buildMachineSpec(resource, project), wasRunning)
    .catch((error: unknown) => `instance "${resource.name}" does not boot and is terminated: ${String(error)}`);
  if (hasDisk === true && wasRunning) markRunning(resource);
  else releaseEphemeralAddress(entity, project);
  if (typeof hasDisk === 'string') return hasDisk;
  if (!hasDisk) return `instance "${resource.name}" is terminated: its disk is lost`;
  return `instance "${resource.name}" is ${wasRunning ? 'running again, from its disk' : 'still stopped'}`;
}

export const deleteInstance: LifecycleAction = async ({ resource }, cloud) => {
  resource.status = 'STOPPING';
  await cloud.machines.remove(resource.name);
};

/** A stopped instance releases its ephemeral address and keeps a reserved one. */
export const stopInstance: LifecycleAction = async (entity, cloud, project) => {
  const { resource } = entity;
  resource.status = 'STOPPING';
  await applyNetworks(entity, cloud, project);
  await cloud.machines.stop(resource.name);
  Object.assign(resource, { status: 'TERMINATED', lastStopTimestamp: getTimestamp() });
  releaseEphemeralAddress(entity, project);
};

export const startInstance: LifecycleAction = async ({ resource }, cloud, project) => {
  resource.status = 'STAGING';
  const [config] = resource.networkInterfaces[0]?.accessConfigs ?? [];
  if (config !== undefined) config.natIP ??= cloud.allocateAddress();
  await cloud.machines.setMetadata(resource.name, buildMachineMetadata(resource, project));
  await cloud.machines.start(resource.name);
  markRunning(resource);
};

export const resetInstance: LifecycleAction = async ({ resource }, cloud) => {
  const { machines } = cloud;
  if (machines.reset !== undefined) await machines.reset(resource.name);
  else {
    await machines.stop(resource.name);
    await machines.start(resource.name);
  }
  markRunning(resource);
};

function buildMachineSpec(resource: Instance, project: Project): MachineSpec {
  const [nic] = resource.networkInterfaces;
  return {
    name: resource.name,
    id: resource.id,
    network: getLastSegment(nic?.network ?? ''),
    address: nic?.networkIP ?? '',
    tags: resource.tags.items ?? [],
    canIpForward: resource.canIpForward,
    limits: getMachineLimits(getLastSegment(resource.machineType)),
    metadata: buildMachineMetadata(resource, project),
  };
}

function releaseEphemeralAddress({ resource, scope }: Entity<Instance>, project: Project): void {
  const [config] = resource.networkInterfaces[0]?.accessConfigs ?? [];
  const reserved = findReservedAddress(getNatAddress(resource), getRegion(scope), project);
  if (config !== undefined && reserved === undefined) delete config.natIP;
}

function markRunning(resource: Instance): void {
  Object.assign(resource, { status: 'RUNNING', lastStartTimestamp: getTimestamp() });
}

async function applyNetworks({ resource }: Entity<Instance>, cloud: CloudState, project: Project): Promise<void> {
  await Promise.all(resource.networkInterfaces.map(({ network }) => cloud.applyNetwork(project, network)));
}
