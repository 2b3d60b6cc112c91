import type { Call, Handler } from '../api/api-call.ts';
import { refuse } from '../api/api-error.ts';
import type { JsonObject } from '../api/json.ts';
import { linkTo } from '../api/links.ts';
import type { Operation } from '../state/operations.ts';
import type { MetadataItem } from '../state/project.ts';
import { quotas } from '../state/quotas.ts';
import { machineMetadata, metadataOf } from './instances/instance-fields.ts';
import { instances } from './instances/instances.ts';

/** The project itself, and the metadata that all its machines share: where gcloud puts ssh keys. */
export const projects: Readonly<Record<string, Handler>> = {
  'Projects.Get': ({ project, world }) =>
    ({
      kind: 'compute#project',
      id: project.number,
      name: project.id,
      creationTimestamp: project.createdAt,
      commonInstanceMetadata: metadataOf(project.metadata),
      defaultNetworkTier: 'PREMIUM',
      defaultServiceAccount: `${project.number}-compute@developer.gserviceaccount.com`,
      quotas: quotas(project, '', world),
      xpnProjectStatus: 'UNSPECIFIED_XPN_PROJECT_STATUS',
      selfLink: linkTo(project.id).replace(/\/$/, ''),
    }) as unknown as JsonObject,
  'Projects.SetCommonInstanceMetadata': setCommonInstanceMetadata,
};

function setCommonInstanceMetadata(call: Call): Operation {
  const { project, world } = call;
  const { fingerprint, items = [] } = call.body as { fingerprint?: string; items?: MetadataItem[] };
  if (fingerprint !== metadataOf(project.metadata).fingerprint) throw refuse.fingerprint('metadata');
  metadataOf(items);
  return project.operations.begin({
    type: 'compute.projects.setCommonInstanceMetadata',
    scope: 'global',
    targetLink: linkTo(project.id),
    targetId: project.number,
    requestId: call.query.get('requestId'),
    fault: call.fault,
    async work() {
      project.metadata = items.map(({ key, value }) => ({ key, value: value ?? '' }));
      const there = project.of(instances).filter(({ state }) => state === 'ready');
      await Promise.all(
        there.map(({ resource }) => world.machines.setMetadata(resource.name, machineMetadata(resource, project))),
      );
    },
  });
}
