import { addresses } from './address-client.ts';
import { Api, type ComputeOptions } from './compute-api.ts';
import type { Cloud } from './compute-client.ts';
import { disks } from './disk-client.ts';
import { firewalls } from './firewall-client.ts';
import { forwardingRules } from './forwarding-rule-client.ts';
import { healthChecks } from './health-check-client.ts';
import { instances } from './instance-client.ts';
import { lookups } from './lookup-client.ts';
import { networks } from './network-client.ts';
import { routes } from './route-client.ts';
import { subnetworks } from './subnetwork-client.ts';
import { targetPools } from './target-pool-client.ts';

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
