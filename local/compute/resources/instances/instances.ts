import { ApiError } from '../../api/api-error.ts';
import { getLastSegment } from '../../api/links.ts';
import type { ResourceBase } from '../../state/entity.ts';
import { getNatAddress } from '../../state/external-addresses.ts';
import type { MetadataItem } from '../../state/project.ts';
import { findReservedAddress } from '../addresses.ts';
import { getRegion } from '../locations.ts';
import type { ResourceKind } from '../resource-kind.ts';
import { draftInstance } from './draft-instance.ts';
import { createInstance, deleteInstance } from './instance-lifecycle.ts';
import { instanceMethods } from './instance-methods.ts';
import { findCpuQuotaUsage } from './machine-types.ts';

export interface AccessConfig {
  readonly name: string;
  readonly type: string;
  natIP?: string;
}
export interface NetworkInterface {
  readonly network: string;
  readonly subnetwork: string;
  readonly networkIP: string;
  readonly accessConfigs?: readonly AccessConfig[];
}
export interface AttachedDisk {
  readonly source: string;
  readonly autoDelete: boolean;
}
export interface Metadata {
  readonly fingerprint: string;
  readonly items?: readonly MetadataItem[];
}
export interface Instance extends ResourceBase {
  readonly zone: string;
  status: string;
  machineType: string;
  readonly canIpForward: boolean;
  deletionProtection: boolean;
  readonly networkInterfaces: readonly NetworkInterface[];
  readonly disks: readonly AttachedDisk[];
  metadata: Metadata;
  tags: { readonly fingerprint: string; readonly items?: readonly string[] };
  lastStartTimestamp?: string;
  lastStopTimestamp?: string;
}

export const instances: ResourceKind<Instance> = {
  service: 'Instances',
  collection: 'instances',
  message: 'Instance',
  scope: 'zonal',
  quotaInOperation: true,
  draftResource: draftInstance,
  listDependencies: (resource, project) => {
    const { networkInterfaces, disks, selfLink } = resource;
    const address = findReservedAddress(getNatAddress(resource), parseRegion(selfLink), project);
    return [
      ...networkInterfaces.flatMap(({ network, subnetwork }) => [subnetwork, network]),
      ...disks.map(({ source }) => source),
      ...(address === undefined ? [] : [address.link]),
    ];
  },
  computeFields: ({ status }) => ({ cpuPlatform: status === 'RUNNING' ? 'Intel Broadwell' : 'Unknown CPU Platform' }),
  listNetworks: ({ networkInterfaces }) => networkInterfaces.map(({ network }) => network),
  computeQuotaUsage,
  checkDeletable({ deletionProtection, name }) {
    if (!deletionProtection) return;
    throw new ApiError(
      400,
      'resourceNotDeletable',
      `Invalid resource usage: 'Resource cannot be deleted if it is protected against deletion: ${name}'.`,
    );
  },
  create: createInstance,
  destroy: deleteInstance,
  customMethods: instanceMethods,
};

/**
 * A stopped instance keeps its disk and internal address, and releases its vCPU quota and ephemeral external address.
 */
function computeQuotaUsage({ selfLink, status, machineType, networkInterfaces }: Instance) {
  const region = parseRegion(selfLink);
  const instance = { metric: 'INSTANCES', amount: 1, region };
  const cpus = findCpuQuotaUsage(getLastSegment(machineType));
  if (status === 'TERMINATED' || cpus === undefined) return [instance];
  return [
    instance,
    { ...cpus, region },
    { metric: 'CPUS_ALL_REGIONS', amount: cpus.amount, region: '' },
    {
      metric: 'IN_USE_ADDRESSES',
      amount: networkInterfaces.filter(({ accessConfigs = [] }) => accessConfigs.length > 0).length,
      region,
    },
  ];
}

function parseRegion(selfLink: string): string {
  return getRegion(/zones\/[^/]+/.exec(selfLink)?.[0] as `zones/${string}`);
}
