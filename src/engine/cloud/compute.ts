import { addresses } from './addresses.ts';
import { Api, type ComputeOptions } from './api.ts';
import type { Cloud } from './cloud.ts';
import { disks } from './disks.ts';
import { firewalls } from './firewalls.ts';
import { forwardingRules } from './forwarding-rules.ts';
import { healthChecks } from './health-checks.ts';
import { instances } from './instances.ts';
import { lookups } from './lookups.ts';
import { networks } from './networks.ts';
import { routes } from './routes.ts';
import { subnetworks } from './subnetworks.ts';
import { targetPools } from './target-pools.ts';

/**
 * Compute Engine through Google's client, of which nothing is loaded before the first call. Lists in what is found come
 * sorted, links as the names at their end.
 */
export function openCompute(options: ComputeOptions): Cloud {
  const api = new Api(options);
  return {
    networks: networks(api),
    subnetworks: subnetworks(api),
    addresses: addresses(api),
    routes: routes(api),
    disks: disks(api),
    healthChecks: healthChecks(api),
    forwardingRules: forwardingRules(api),
    ...firewalls(api),
    ...instances(api),
    ...targetPools(api),
    ...lookups(api),
  };
}
