import { lastOf } from '../../api/links.ts';
import type { World } from '../../state/cloud-state.ts';
import type { Entity } from '../../state/entity.ts';
import { natAddress } from '../../state/external-addresses.ts';
import { timestamp } from '../../state/identity.ts';
import type { Project } from '../../state/project.ts';
import { reservedAs } from '../addresses.ts';
import { regionOf } from '../locations.ts';
import { machineMetadata } from './instance-fields.ts';
import type { Instance } from './instances.ts';
import { limitsOf } from './machine-types.ts';

type Life = (entity: Entity<Instance>, world: World, project: Project) => Promise<void>;

export const create: Life = async ({ resource }, world, project) => {
  resource.status = 'STAGING';
  const [nic] = resource.networkInterfaces;
  await world.machines.create({
    name: resource.name,
    id: resource.id,
    network: lastOf(nic?.network ?? ''),
    address: nic?.networkIP ?? '',
    tags: resource.tags.items ?? [],
    canIpForward: resource.canIpForward,
    limits: limitsOf(lastOf(resource.machineType)),
    metadata: machineMetadata(resource, project),
  });
  begun(resource);
};

export const destroy: Life = async ({ resource }, world) => {
  resource.status = 'STOPPING';
  await world.machines.remove(resource.name);
};

/** A stopped machine gives its ephemeral address back; a reserved one stays with it. */
export const stop: Life = async (entity, world, project) => {
  const { resource } = entity;
  resource.status = 'STOPPING';
  await shapeAll(entity, world, project);
  await world.machines.stop(resource.name);
  Object.assign(resource, { status: 'TERMINATED', lastStopTimestamp: timestamp() });
  const [config] = resource.networkInterfaces[0]?.accessConfigs ?? [];
  const kept = reservedAs(natAddress(resource), regionOf(entity.scope), project);
  if (config !== undefined && kept === undefined) delete config.natIP;
};

export const start: Life = async ({ resource }, world, project) => {
  resource.status = 'STAGING';
  const [config] = resource.networkInterfaces[0]?.accessConfigs ?? [];
  if (config !== undefined) config.natIP ??= world.allot();
  await world.machines.setMetadata(resource.name, machineMetadata(resource, project));
  await world.machines.start(resource.name);
  begun(resource);
};

export const reset: Life = async ({ resource }, world) => {
  const { machines } = world;
  if (machines.reset !== undefined) await machines.reset(resource.name);
  else {
    await machines.stop(resource.name);
    await machines.start(resource.name);
  }
  begun(resource);
};

function begun(resource: Instance): void {
  Object.assign(resource, { status: 'RUNNING', lastStartTimestamp: timestamp() });
}

async function shapeAll({ resource }: Entity<Instance>, world: World, project: Project): Promise<void> {
  await Promise.all(resource.networkInterfaces.map(({ network }) => world.shape(project, network)));
}
