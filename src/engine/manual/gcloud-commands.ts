import type { Cloud, Labels, Resource, Where } from '../gcp/compute/compute-client.ts';
import { command } from './shell.ts';

/** The collections of {@link Cloud} that hold resources. */
export type Collection = { [K in keyof Cloud]: Cloud[K] extends Resource<infer _, infer _> ? K : never }[keyof Cloud];
export type SpecOf<K extends Collection> = Cloud[K] extends Resource<infer Spec, infer _> ? Spec : never;

interface Lines<K extends Collection> {
  create(spec: SpecOf<K>): readonly string[];
  delete(at: Where<SpecOf<K>>): readonly string[];
}

/**
 * The gcloud commands that make and delete each kind of resource as the steps do. Pure.
 * https://cloud.google.com/sdk/gcloud/reference/compute
 */
export const gcloud: { readonly [K in Collection]: Lines<K> } = {
  networks: {
    create: ({ name, description }) => [line(['networks', 'create', name], { 'subnet-mode': 'custom', description })],
    delete: ({ name }) => [line(['networks', 'delete', name])],
  },
  subnetworks: {
    create: ({ name, network, region, range }) => [
      line(['networks', 'subnets', 'create', name], { network, region, range }),
    ],
    delete: ({ name, region }) => [line(['networks', 'subnets', 'delete', name], { region })],
  },
  firewalls: {
    create: ({ name, network, description, sourceRanges, allow, disabled }) => [
      line(['firewall-rules', 'create', name], {
        allow: allow.join(),
        network,
        'source-ranges': sourceRanges.join(),
        description,
        disabled: disabled ? true : undefined,
      }),
    ],
    delete: ({ name }) => [line(['firewall-rules', 'delete', name])],
  },
  addresses: {
    create: ({ name, region, description, labels }) => [
      line(['addresses', 'create', name], { region, description }),
      // Labels of addresses are not in the general release yet.
      command(['gcloud', 'beta', 'compute', 'addresses', 'update', name], { region, 'update-labels': pairs(labels) }),
    ],
    delete: ({ name, region }) => [line(['addresses', 'delete', name], { region })],
  },
  instances: {
    create: (spec) => {
      const [project, family] = spec.image.split('/');
      return [
        line(['instances', 'create', spec.name], {
          zone: spec.zone,
          'machine-type': spec.machineType,
          'boot-disk-size': `${spec.diskGb}GB`,
          'can-ip-forward': spec.canIpForward ? true : undefined,
          'image-family': family,
          'image-project': project,
          subnet: spec.subnetwork,
          'private-network-ip': spec.address,
          scopes: spec.scopes.join(),
          tags: spec.tags.join(),
          labels: pairs(spec.labels),
          metadata: pairs(spec.metadata),
        }),
      ];
    },
    delete: ({ name, zone }) => [line(['instances', 'delete', name], { zone })],
  },
  routes: {
    create: ({ name, network, description, destination, nextHop }) => [
      line(['routes', 'create', name], {
        network,
        'next-hop-address': nextHop,
        'destination-range': destination,
        description,
      }),
    ],
    delete: ({ name }) => [line(['routes', 'delete', name])],
  },
  healthChecks: {
    create: ({ name, description, host, path, port, checkIntervalSec, timeoutSec, healthyThreshold }) => [
      line(['http-health-checks', 'create', name], {
        ...{ description, host, 'request-path': path, port: String(port) },
        ...{ 'check-interval': `${checkIntervalSec}s`, timeout: `${timeoutSec}s` },
        'healthy-threshold': String(healthyThreshold),
      }),
    ],
    delete: ({ name }) => [line(['http-health-checks', 'delete', name])],
  },
  targetPools: {
    create: ({ name, region, description, healthCheck, instances }) => [
      line(['target-pools', 'create', name], { region, description, 'http-health-check': healthCheck }),
      ...byZone(instances).map(([zone, members]) =>
        line(['target-pools', 'add-instances', name], {
          region,
          'instances-zone': zone,
          instances: members.join(),
        }),
      ),
    ],
    delete: ({ name, region }) => [line(['target-pools', 'delete', name], { region })],
  },
  forwardingRules: {
    create: ({ name, region, description, labels, address, ports, targetPool }) => [
      line(['forwarding-rules', 'create', name], {
        address,
        ports,
        region,
        'target-pool': targetPool,
        description,
      }),
      line(['forwarding-rules', 'update', name], { region, 'update-labels': pairs(labels) }),
    ],
    delete: ({ name, region }) => [line(['forwarding-rules', 'delete', name], { region })],
  },
};

function line(words: readonly string[], flags: Parameters<typeof command>[1] = {}): string {
  return command(['gcloud', 'compute', ...words], flags);
}

function pairs(labels: Labels): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join();
}

/** Members are written `zone/name`. */
function byZone(members: readonly string[]): [string, string[]][] {
  const zones = new Map<string, string[]>();
  for (const member of members) {
    const [zone = '', name = ''] = member.split('/');
    zones.set(zone, [...(zones.get(zone) ?? []), name]);
  }
  return [...zones];
}
