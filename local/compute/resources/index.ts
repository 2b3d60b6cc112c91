import type { Handler } from '../api/api-call.ts';
import { addresses } from './addresses.ts';
import { disks } from './disks.ts';
import { firewalls } from './firewalls.ts';
import { forwardingRules } from './forwarding-rules.ts';
import { httpHealthChecks } from './http-health-checks.ts';
import { imageFamilies, images } from './images.ts';
import { instances } from './instances/instances.ts';
import { machineTypes } from './instances/machine-types.ts';
import { networks } from './networks.ts';
import { operations } from './operation-methods.ts';
import { projects } from './project-methods.ts';
import { readers } from './read-methods.ts';
import { regions, zones } from './regions-and-zones.ts';
import type { Kind } from './resource-kind.ts';
import { routes } from './routes.ts';
import { subnetworks } from './subnetworks.ts';
import { targetPools } from './target-pools.ts';
import { writers } from './write-methods.ts';

const kinds: readonly Kind[] = [
  addresses,
  disks,
  firewalls,
  forwardingRules,
  httpHealthChecks,
  images,
  instances,
  machineTypes,
  networks,
  regions,
  routes,
  subnetworks,
  targetPools,
  zones,
];

/** What answers each method of the API, by the descriptors' name: `Firewalls.Insert`. */
export const handlers: Readonly<Record<string, Handler>> = Object.assign(
  {},
  ...kinds.flatMap((kind) => [readers(kind), writers(kind)]),
  imageFamilies,
  operations,
  projects,
);
