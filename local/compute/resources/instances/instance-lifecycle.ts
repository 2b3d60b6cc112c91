import { getLastSegment } from '../../api/links.ts';
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
  const [nic] = resource.networkInterfaces;
  await cloud.machines.create({
    name: resource.name,
    id: resource.id,
    network: getLastSegment(nic?.network ?? ''),
    address: nic?.networkIP ?? '',
    tags: resource.tags.items ?? [],
    canIpForward: resource.canIpForward,
    limits: getMachineLimits(getLastSegment(resource.machineType)),
    metadata: buildMachineMetadata(resource, project),
  });
  markRunning(resource);
};

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
  const [config] = resource.networkInterfaces[0]?.accessConfigs ?? [];
  const kept = findReservedAddress(getNatAddress(resource), getRegion(entity.scope), project);
  if (config !== undefined && kept === undefined) delete config.natIP;
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

function markRunning(resource: Instance): void {
  Object.assign(resource, { status: 'RUNNING', lastStartTimestamp: getTimestamp() });
}

async function applyNetworks({ resource }: Entity<Instance>, cloud: CloudState, project: Project): Promise<void> {
  await Promise.all(resource.networkInterfaces.map(({ network }) => cloud.applyNetwork(project, network)));
}
