import type { NetworkPlan } from '../../machine-backend.ts';
import { metadataAddress } from '../metadata/metadata-server.ts';
import type { Attachment } from './network-attachment.ts';
import { gatewayOf } from './subnets.ts';

/** A service on the host that machines reach under its own address. */
export interface InternetService {
  readonly address: string;
  readonly port: number;
}

/**
 * Addresses and routes of a network's namespace, each written as `ip` takes it after the verb. A route whose next hop
 * isn't running leads nowhere, as do addresses of a subnet that no running machine has.
 */
export function networkRoutes(
  plan: NetworkPlan,
  attachments: readonly Attachment[],
  outside: { readonly host: string; readonly internet: readonly InternetService[] },
): readonly string[] {
  const lines = [`addr ${metadataAddress}/32 dev lo`];
  for (const { range } of plan.subnets) lines.push(`addr ${gatewayOf(range)}/32 dev lo`, `route unreachable ${range}`);
  for (const { address, port } of attachments) lines.push(`route ${address}/32 dev ${port}`);
  for (const { destination, nextHop, priority } of plan.routes) {
    const hop = attachments.find((each) => each.address === nextHop);
    if (hop !== undefined) lines.push(`route ${destination} via ${nextHop} dev ${hop.port} metric ${priority + 1}`);
  }
  // A more specific route beside the kernel's own local ones: these loopback addresses are not here, but on the host.
  for (const { address } of outside.internet)
    lines.push(`route ${address}/32 via ${outside.host} dev uplink table local`);
  return [...new Set(lines)];
}
