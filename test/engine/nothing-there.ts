import type { Context } from '../../src/engine/phase.ts';

const kinds = ['forwardingRules', 'targetPools', 'healthChecks', 'instances', 'disks', 'routes', 'firewalls'];

/** An empty project and an empty vault, for runs of phases that use neither: a delete looks at both in the end. */
export function nothingThere(): Pick<Context, 'cloud' | 'vault'> {
  const lists = [...kinds, 'addresses', 'subnetworks', 'networks'].map((kind) => [kind, { list: async () => [] }]);
  return { cloud: Object.fromEntries(lists), vault: { isEmpty: async () => true } as Context['vault'] };
}
