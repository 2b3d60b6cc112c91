import { buildLink } from '../api/links.ts';
import type { ResourceBase } from '../state/entity.ts';
import { getTimestamp } from '../state/identity.ts';
import { computeQuotas } from '../state/quotas.ts';
import { getRegion, listZoneNames, regionNames } from './locations.ts';
import type { ResourceKind } from './resource-kind.ts';

const creationTimestamp = getTimestamp();

export const regions: ResourceKind = {
  service: 'Regions',
  collection: 'regions',
  message: 'Region',
  scope: 'project',
  listPredefined: (project, _scope, cloud) =>
    regionNames.map((name, at) => ({
      kind: 'compute#region',
      id: String(1000 + at),
      creationTimestamp,
      name,
      description: name,
      status: 'UP',
      zones: listZoneNames(name).map((zone) => buildLink(project.id, 'zones', zone)),
      quotas: computeQuotas(project, name, cloud),
      selfLink: buildLink(project.id, 'regions', name),
    })),
};

export const zones: ResourceKind = {
  service: 'Zones',
  collection: 'zones',
  message: 'Zone',
  scope: 'project',
  listPredefined: (project) =>
    listZoneNames().map((name, at): ResourceBase & { region: string; status: string } => ({
      kind: 'compute#zone',
      id: String(2000 + at),
      creationTimestamp,
      name,
      description: name,
      status: 'UP',
      region: buildLink(project.id, 'regions', getRegion(`zones/${name}`)),
      selfLink: buildLink(project.id, 'zones', name),
    })),
};
