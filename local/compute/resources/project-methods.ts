import type { ApiCall, MethodHandler } from '../api/api-call.ts';
import { apiErrors } from '../api/api-error.ts';
import type { JsonObject } from '../api/json.ts';
import { buildLink } from '../api/links.ts';
import type { Operation } from '../state/operations.ts';
import type { MetadataItem } from '../state/project.ts';
import { computeQuotas } from '../state/quotas.ts';
import { buildMachineMetadata, buildMetadata } from './instances/instance-fields.ts';
import { instances } from './instances/instances.ts';

/** Project methods and common instance metadata, where gcloud stores SSH keys. */
export const projectMethods: Readonly<Record<string, MethodHandler>> = {
  'Projects.Get': ({ project, cloud }) =>
    ({
      kind: 'compute#project',
      id: project.number,
      name: project.id,
      creationTimestamp: project.createdAt,
      commonInstanceMetadata: buildMetadata(project.metadata),
      defaultNetworkTier: 'PREMIUM',
      defaultServiceAccount: `${project.number}-compute@developer.gserviceaccount.com`,
      quotas: computeQuotas(project, '', cloud),
      xpnProjectStatus: 'UNSPECIFIED_XPN_PROJECT_STATUS',
      selfLink: buildLink(project.id).replace(/\/$/, ''),
    }) as unknown as JsonObject,
  'Projects.SetCommonInstanceMetadata': setCommonInstanceMetadata,
};

function setCommonInstanceMetadata(call: ApiCall): Operation {
  const { project, cloud } = call;
  const { fingerprint, items = [] } = call.body as { fingerprint?: string; items?: MetadataItem[] };
  if (fingerprint !== buildMetadata(project.metadata).fingerprint) throw apiErrors.fingerprintMismatch('metadata');
  buildMetadata(items);
  return project.operations.begin({
    type: 'compute.projects.setCommonInstanceMetadata',
    scope: 'global',
    targetLink: buildLink(project.id),
    targetId: project.number,
    requestId: call.query.get('requestId'),
    fault: call.fault,
    async applyChange() {
      project.metadata = items.map(({ key, value }) => ({ key, value: value ?? '' }));
      const readyInstances = project.listByKind(instances).filter(({ state }) => state === 'ready');
      await Promise.all(
        readyInstances.map(({ resource }) =>
          cloud.machines.setMetadata(resource.name, buildMachineMetadata(resource, project)),
        ),
      );
    },
  });
}
