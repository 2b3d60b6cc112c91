import { linkTo } from '../api/links.ts';
import type { Base } from '../state/entity.ts';
import { timestamp } from '../state/identity.ts';
import { quotas } from '../state/quotas.ts';
import { regionNames, regionOf, zoneNames } from './locations.ts';
import type { Kind } from './resource-kind.ts';

const since = timestamp();

export const regions: Kind = {
  service: 'Regions',
  collection: 'regions',
  message: 'Region',
  scope: 'project',
  catalogue: (project, _scope, world) =>
    regionNames.map((name, at) => ({
      kind: 'compute#region',
      id: String(1000 + at),
      creationTimestamp: since,
      name,
      description: name,
      status: 'UP',
      zones: zoneNames(name).map((zone) => linkTo(project.id, 'zones', zone)),
      quotas: quotas(project, name, world),
      selfLink: linkTo(project.id, 'regions', name),
    })),
};

export const zones: Kind = {
  service: 'Zones',
  collection: 'zones',
  message: 'Zone',
  scope: 'project',
  catalogue: (project) =>
    zoneNames().map((name, at): Base & { region: string; status: string } => ({
      kind: 'compute#zone',
      id: String(2000 + at),
      creationTimestamp: since,
      name,
      description: name,
      status: 'UP',
      region: linkTo(project.id, 'regions', regionOf(`zones/${name}`)),
      selfLink: linkTo(project.id, 'zones', name),
    })),
};
