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
 * Implements `ComputeClient` with Google's client libraries, loaded on first use. Lists within resources are sorted. Links
 * are reduced to resource names.
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
