import type { GlobalResource } from '../../src/engine/gcp/compute/compute-client.ts';

/** Kinds of resources of the fake. */
export const kinds = [
  'networks',
  'subnetworks',
  'firewalls',
  'addresses',
  'instances',
  'routes',
  'healthChecks',
  'targetPools',
  'forwardingRules',
] as const;
type Kind = (typeof kinds)[number];

/** One table for each kind of resource, by name. */
export type ResourceTables<T> = Record<Kind, Map<string, T>>;

type Spec = GlobalResource & Readonly<Record<string, unknown>>;

/** Fields that refer to a resource of another kind. */
const references: readonly (readonly [from: Kind, field: string, to: Kind])[] = [
  ['subnetworks', 'network', 'networks'],
  ['firewalls', 'network', 'networks'],
  ['routes', 'network', 'networks'],
  ['instances', 'network', 'networks'],
  ['instances', 'subnetwork', 'subnetworks'],
  ['targetPools', 'healthCheck', 'healthChecks'],
  ['forwardingRules', 'targetPool', 'targetPools'],
  ['forwardingRules', 'address', 'addresses'],
];

export function createResourceTables<T>(): ResourceTables<T> {
  return Object.fromEntries(kinds.map((kind) => [kind, new Map<string, T>()])) as ResourceTables<T>;
}

/** A resource that `spec` refers to and that does not exist. */
export function findMissingReference(
  kind: Kind,
  spec: Spec,
  has: (kind: Kind, name: string) => boolean,
): string | undefined {
  for (const [from, field, to] of references) {
    if (from === kind && to !== 'addresses' && !has(to, String(spec[field]))) return `${to} ${spec[field]}`;
  }
  return undefined;
}

/** A resource that refers to another one, by name or by IP address. */
export function findReferrer(kind: Kind, found: Spec, specs: (kind: Kind) => readonly Spec[]): string | undefined {
  const known = kind === 'addresses' ? found.address : found.name;
  for (const [from, field, to] of references) {
    const user = to === kind ? specs(from).find((spec) => spec[field] === known) : undefined;
    if (user) return `${from} ${user.name}`;
  }
  const [peering] = (found.peerings ?? []) as readonly string[];
  if (peering !== undefined) return `peering ${peering}`;
  return undefined;
}
