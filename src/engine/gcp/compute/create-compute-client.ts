import { createAddressClient } from './address-client.ts';
import { ComputeApi, type ComputeOptions } from './compute-api.ts';
import type { ComputeClient } from './compute-client.ts';
import { createDiskClient } from './disk-client.ts';
import { createFirewallClient } from './firewall-client.ts';
import { createForwardingRuleClient } from './forwarding-rule-client.ts';
import { createHealthCheckClient } from './health-check-client.ts';
import { createInstanceClient } from './instance-client.ts';
import { createLookupClient } from './lookup-client.ts';
import { createNetworkClient } from './network-client.ts';
import { createRouteClient } from './route-client.ts';
import { createSubnetworkClient } from './subnetwork-client.ts';
import { createTargetPoolClient } from './target-pool-client.ts';

/**
 * Compute Engine through Google's client, of which nothing is loaded before the first call. Lists in what is found come
 * sorted, links as the names at their end.
 */
export function createComputeClient(options: ComputeOptions): ComputeClient {
  const api = new ComputeApi(options);
  return {
    networks: createNetworkClient(api),
    subnetworks: createSubnetworkClient(api),
    addresses: createAddressClient(api),
    routes: createRouteClient(api),
    disks: createDiskClient(api),
    healthChecks: createHealthCheckClient(api),
    forwardingRules: createForwardingRuleClient(api),
    ...createFirewallClient(api),
    ...createInstanceClient(api),
    ...createTargetPoolClient(api),
    ...createLookupClient(api),
  };
}
