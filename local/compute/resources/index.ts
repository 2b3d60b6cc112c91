import type { MethodHandler } from '../api/api-call.ts';
import { addresses } from './addresses.ts';
import { disks } from './disks.ts';
import { firewalls } from './firewalls.ts';
import { forwardingRules } from './forwarding-rules.ts';
import { httpHealthChecks } from './http-health-checks.ts';
import { imageFamilyMethods, images } from './images.ts';
import { instances } from './instances/instances.ts';
import { machineTypes } from './instances/machine-types.ts';
import { networks } from './networks.ts';
import { operationMethods } from './operation-methods.ts';
import { projectMethods } from './project-methods.ts';
import { createReadMethods } from './read-methods.ts';
import { regions, zones } from './regions-and-zones.ts';
import type { ResourceKind } from './resource-kind.ts';
import { routes } from './routes.ts';
import { subnetworks } from './subnetworks.ts';
import { targetPools } from './target-pools.ts';
import { createWriteMethods } from './write-methods.ts';

export const resourceKinds: readonly ResourceKind[] = [
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

/** Handlers of the API methods, by descriptor name: `Firewalls.Insert`. */
export const methodHandlers: Readonly<Record<string, MethodHandler>> = Object.assign(
  {},
  ...resourceKinds.flatMap((kind) => [createReadMethods(kind), createWriteMethods(kind)]),
  imageFamilyMethods,
  operationMethods,
  projectMethods,
);
