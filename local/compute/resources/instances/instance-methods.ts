import type { ApiCall } from '../../api/api-call.ts';
import { ApiError, apiErrors } from '../../api/api-error.ts';
import { getLastSegment, toResourcePath } from '../../api/links.ts';
import type { Entity } from '../../state/entity.ts';
import type { Operation } from '../../state/operations.ts';
import type { MetadataItem } from '../../state/project.ts';
import { assertQuota } from '../../state/quotas.ts';
import type { CustomMethod } from '../resource-kind.ts';
import { setLabels } from '../set-labels.ts';
import { startChange } from '../write-methods.ts';
import { resolveMachineType } from './draft-instance.ts';
import { buildMachineMetadata, buildMetadata, buildTags } from './instance-fields.ts';
import { resetInstance, startInstance, stopInstance } from './instance-lifecycle.ts';
import { getGuestAttributes, getSerialPortOutput } from './instance-output.ts';
import { type Instance, instances } from './instances.ts';
import { getMachineLimits, requiresHyperdisk } from './machine-types.ts';

export const instanceMethods = {
  Start: (call, entity) => {
    const { resource } = entity;
    if (resource.status === 'TERMINATED') {
      const more = instances.computeQuotaUsage?.({ ...resource, status: 'RUNNING' }) ?? [];
      assertQuota(
        call.project,
        more.filter(({ metric }) => metric !== 'INSTANCES'),
        call.cloud,
      );
    }
    return startChange(call, entity, 'start', () =>
      resource.status === 'RUNNING' ? undefined : startInstance(entity, call.cloud, call.project),
    );
  },
  Stop: (call, entity) =>
    startChange(call, entity, 'stop', () =>
      entity.resource.status === 'TERMINATED' ? undefined : stopInstance(entity, call.cloud, call.project),
    ),
  Reset: (call, entity) => {
    if (entity.resource.status !== 'RUNNING') throw apiErrors.notReady(toResourcePath(entity.link));
    return startChange(call, entity, 'reset', () => resetInstance(entity, call.cloud, call.project));
  },
  SetMachineType: (call, entity) => {
    const { machineType } = call.body as { machineType?: string };
    const type = resolveMachineType(machineType, 'machineType', call.project.id, entity.scope);
    if (entity.resource.status !== 'TERMINATED') {
      throw new ApiError(
        400,
        'invalidUsage',
        `Invalid resource usage: 'The machine type of ${entity.resource.name} can only be changed while it is stopped.'.`,
      );
    }
    assertDiskFits(call, entity, getLastSegment(type));
    return startChange(call, entity, 'setMachineType', async () => {
      await call.cloud.machines.resize(entity.resource.name, getMachineLimits(type.slice(type.lastIndexOf('/') + 1)));
      entity.resource.machineType = type;
    });
  },
  SetMetadata: (call, entity) => {
    const { fingerprint, items = [] } = call.body as { fingerprint?: string; items?: MetadataItem[] };
    if (fingerprint !== entity.resource.metadata.fingerprint) throw apiErrors.fingerprintMismatch('metadata');
    const metadata = buildMetadata(items);
    return startChange(call, entity, 'setMetadata', async () => {
      // Check again: a concurrent request may have changed the metadata.
      if (fingerprint !== entity.resource.metadata.fingerprint) throw apiErrors.fingerprintMismatch('metadata');
      entity.resource.metadata = metadata;
      await call.cloud.machines.setMetadata(entity.resource.name, buildMachineMetadata(entity.resource, call.project));
    });
  },
  SetTags: (call, entity) => {
    const { fingerprint, items = [] } = call.body as { fingerprint?: string; items?: string[] };
    if (fingerprint !== entity.resource.tags.fingerprint) throw apiErrors.fingerprintMismatch('tags');
    const tags = buildTags(items);
    return setTags(call, entity, tags);
  },
  SetDeletionProtection: (call, entity) =>
    startChange(call, entity, 'setDeletionProtection', () => {
      entity.resource.deletionProtection = call.query.get('deletionProtection') !== 'false';
    }),
  SetLabels: setLabels,
  GetGuestAttributes: getGuestAttributes,
  GetSerialPortOutput: getSerialPortOutput,
} satisfies Record<string, CustomMethod<Instance>>;

/** @throws ApiError 400 when the machine type can't use the boot disk */
function assertDiskFits({ project }: ApiCall, { resource }: Entity<Instance>, machineType: string): void {
  const [source] = resource.disks;
  const disk = source && (project.find(source.source)?.resource as { type?: string } | undefined);
  const diskType = getLastSegment(disk?.type ?? 'pd-standard');
  if (diskType.startsWith('hyperdisk') === requiresHyperdisk(machineType)) return;
  throw new ApiError(400, 'invalid', `[${diskType}] features are not compatible with machine type ${machineType}.`);
}

function setTags(call: ApiCall, entity: Entity<Instance>, tags: Instance['tags']): Operation {
  const { machines } = call.cloud;
  if (machines.setTags === undefined) throw apiErrors.notImplemented('Changing the tags of an existing instance');
  const set = machines.setTags.bind(machines);
  return startChange(call, entity, 'setTags', async () => {
    await set(entity.resource.name, tags.items ?? []);
    entity.resource.tags = tags;
  });
}
