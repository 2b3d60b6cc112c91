import type { Call } from '../../api/api-call.ts';
import { ApiError, refuse } from '../../api/api-error.ts';
import { pathOf } from '../../api/links.ts';
import type { Entity } from '../../state/entity.ts';
import type { Operation } from '../../state/operations.ts';
import type { MetadataItem } from '../../state/project.ts';
import { claim } from '../../state/quotas.ts';
import type { Verb } from '../resource-kind.ts';
import { setLabels } from '../set-labels.ts';
import { change } from '../write-methods.ts';
import { readMachineType } from './draft-instance.ts';
import { machineMetadata, metadataOf, tagsOf } from './instance-fields.ts';
import { reset, start, stop } from './instance-lifecycle.ts';
import { guestAttributes, serialPort } from './instance-output.ts';
import { type Instance, instances } from './instances.ts';
import { limitsOf } from './machine-types.ts';

export const instanceVerbs = {
  Start: (call, entity) => {
    const { resource } = entity;
    if (resource.status === 'TERMINATED') {
      const more = instances.quota?.({ ...resource, status: 'RUNNING' }) ?? [];
      claim(
        call.project,
        more.filter(({ metric }) => metric !== 'INSTANCES'),
        call.world,
      );
    }
    return change(call, entity, 'start', () =>
      resource.status === 'RUNNING' ? undefined : start(entity, call.world, call.project),
    );
  },
  Stop: (call, entity) =>
    change(call, entity, 'stop', () =>
      entity.resource.status === 'TERMINATED' ? undefined : stop(entity, call.world, call.project),
    ),
  Reset: (call, entity) => {
    if (entity.resource.status !== 'RUNNING') throw refuse.notReady(pathOf(entity.link));
    return change(call, entity, 'reset', () => reset(entity, call.world, call.project));
  },
  SetMachineType: (call, entity) => {
    const { machineType } = call.body as { machineType?: string };
    const type = readMachineType(machineType, 'machineType', call.project.id, entity.scope);
    if (entity.resource.status !== 'TERMINATED') {
      throw new ApiError(
        400,
        'invalidUsage',
        `Invalid resource usage: 'The machine type of ${entity.resource.name} can only be changed while it is stopped.'.`,
      );
    }
    return change(call, entity, 'setMachineType', async () => {
      await call.world.machines.resize(entity.resource.name, limitsOf(type.slice(type.lastIndexOf('/') + 1)));
      entity.resource.machineType = type;
    });
  },
  SetMetadata: (call, entity) => {
    const { fingerprint, items = [] } = call.body as { fingerprint?: string; items?: MetadataItem[] };
    if (fingerprint !== entity.resource.metadata.fingerprint) throw refuse.fingerprint('metadata');
    const metadata = metadataOf(items);
    return change(call, entity, 'setMetadata', async () => {
      // Of two that were asked for at the same time, the second one did not know of the first.
      if (fingerprint !== entity.resource.metadata.fingerprint) throw refuse.fingerprint('metadata');
      entity.resource.metadata = metadata;
      await call.world.machines.setMetadata(entity.resource.name, machineMetadata(entity.resource, call.project));
    });
  },
  SetTags: (call, entity) => {
    const { fingerprint, items = [] } = call.body as { fingerprint?: string; items?: string[] };
    if (fingerprint !== entity.resource.tags.fingerprint) throw refuse.fingerprint('tags');
    const tags = tagsOf(items);
    return setTags(call, entity, tags);
  },
  SetLabels: setLabels,
  GetGuestAttributes: guestAttributes,
  GetSerialPortOutput: serialPort,
} satisfies Record<string, Verb<Instance>>;

function setTags(call: Call, entity: Entity<Instance>, tags: Instance['tags']): Operation {
  const { machines } = call.world;
  if (machines.setTags === undefined) throw refuse.absentHere('a change of the tags of a machine that is there');
  const set = machines.setTags.bind(machines);
  return change(call, entity, 'setTags', async () => {
    await set(entity.resource.name, tags.items ?? []);
    entity.resource.tags = tags;
  });
}
