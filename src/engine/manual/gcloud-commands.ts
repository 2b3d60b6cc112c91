import type { ComputeClient, Labels, ResourceClient, ResourceRef } from '../gcp/compute/compute-client.ts';
import { formatCommand } from './format-command.ts';

/** Resource collections of {@link ComputeClient}. */
export type ResourceCollection = {
  [K in keyof ComputeClient]: ComputeClient[K] extends ResourceClient<infer _, infer _> ? K : never;
}[keyof ComputeClient];
export type ResourceSpec<K extends ResourceCollection> =
  ComputeClient[K] extends ResourceClient<infer Spec, infer _> ? Spec : never;

interface ResourceCommands<K extends ResourceCollection> {
  create(spec: ResourceSpec<K>): readonly string[];
  delete(ref: ResourceRef<ResourceSpec<K>>): readonly string[];
}

/**
 * gcloud commands that create and delete each kind of resource as the steps do. Pure.
 * https://cloud.google.com/sdk/gcloud/reference/compute
 */
export const gcloudCommands: { readonly [K in ResourceCollection]: ResourceCommands<K> } = {
  networks: {
    create: ({ name, description }) => [
      formatGcloud(['networks', 'create', name], { 'subnet-mode': 'custom', description }),
    ],
    delete: ({ name }) => [formatGcloud(['networks', 'delete', name])],
  },
  subnetworks: {
    create: ({ name, network, region, range, description }) => [
      formatGcloud(['networks', 'subnets', 'create', name], { network, region, range, description }),
    ],
    delete: ({ name, region }) => [formatGcloud(['networks', 'subnets', 'delete', name], { region })],
  },
  firewalls: {
    create: ({ name, network, description, sourceRanges, allow, disabled }) => [
      formatGcloud(['firewall-rules', 'create', name], {
        allow: allow.join(),
        network,
        'source-ranges': sourceRanges.join(),
        description,
        disabled: disabled ? true : undefined,
      }),
    ],
    delete: ({ name }) => [formatGcloud(['firewall-rules', 'delete', name])],
  },
  addresses: {
    create: ({ name, region, description, labels }) => [
      formatGcloud(['addresses', 'create', name], { region, description }),
      // Labels of addresses are in beta.
      formatCommand(['gcloud', 'beta', 'compute', 'addresses', 'update', name], {
        region,
        'update-labels': formatLabels(labels),
      }),
    ],
    delete: ({ name, region }) => [formatGcloud(['addresses', 'delete', name], { region })],
  },
  instances: {
    create: (spec) => {
      const [project, family] = spec.image.split('/');
      return [
        formatGcloud(['instances', 'create', spec.name], {
          zone: spec.zone,
          'machine-type': spec.machineType,
          'boot-disk-size': `${spec.diskGb}GB`,
          'can-ip-forward': spec.canIpForward ? true : undefined,
          'image-family': family,
          'image-project': project,
          subnet: spec.subnetwork,
          'private-network-ip': spec.address,
          'no-service-account': true,
          'no-scopes': true,
          tags: spec.tags.join(),
          labels: formatLabels(spec.labels),
          metadata: formatLabels(spec.metadata),
        }),
      ];
    },
    delete: ({ name, zone }) => [formatGcloud(['instances', 'delete', name], { zone })],
  },
  routes: {
    create: ({ name, network, description, destination, nextHop }) => [
      formatGcloud(['routes', 'create', name], {
        network,
        'next-hop-address': nextHop,
        'destination-range': destination,
        description,
      }),
    ],
    delete: ({ name }) => [formatGcloud(['routes', 'delete', name])],
  },
  healthChecks: {
    create: ({ name, description, host, path, port, checkIntervalSec, timeoutSec, healthyThreshold }) => [
      formatGcloud(['http-health-checks', 'create', name], {
        description,
        host,
        'request-path': path,
        port: String(port),
        'check-interval': `${checkIntervalSec}s`,
        timeout: `${timeoutSec}s`,
        'healthy-threshold': String(healthyThreshold),
      }),
    ],
    delete: ({ name }) => [formatGcloud(['http-health-checks', 'delete', name])],
  },
  targetPools: {
    create: ({ name, region, description, healthCheck, instances }) => [
      formatGcloud(['target-pools', 'create', name], { region, description, 'http-health-check': healthCheck }),
      ...groupByZone(instances).map(([zone, members]) =>
        formatGcloud(['target-pools', 'add-instances', name], {
          region,
          'instances-zone': zone,
          instances: members.join(),
        }),
      ),
    ],
    delete: ({ name, region }) => [formatGcloud(['target-pools', 'delete', name], { region })],
  },
  forwardingRules: {
    create: ({ name, region, description, labels, address, ports, targetPool }) => [
      formatGcloud(['forwarding-rules', 'create', name], {
        address,
        ports,
        region,
        'target-pool': targetPool,
        description,
      }),
      formatGcloud(['forwarding-rules', 'update', name], { region, 'update-labels': formatLabels(labels) }),
    ],
    delete: ({ name, region }) => [formatGcloud(['forwarding-rules', 'delete', name], { region })],
  },
};

function formatGcloud(words: readonly string[], flags: Parameters<typeof formatCommand>[1] = {}): string {
  return formatCommand(['gcloud', 'compute', ...words], flags);
}

function formatLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join();
}

/** @param members as `zone/name` */
function groupByZone(members: readonly string[]): [string, string[]][] {
  const zones = new Map<string, string[]>();
  for (const member of members) {
    const [zone = '', name = ''] = member.split('/');
    zones.set(zone, [...(zones.get(zone) ?? []), name]);
  }
  return [...zones];
}
