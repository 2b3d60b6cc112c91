import type { NetworkSpec } from '../../machine-backend.ts';
import { metadataAddress } from '../metadata/metadata-server.ts';
import type { NetworkAttachment } from './network-attachment.ts';
import { computeGateway } from './subnets.ts';

/** A host service that machines reach at its host address. */
export interface InternetService {
  readonly address: string;
  readonly port: number;
}

/**
 * Addresses and routes of a network's namespace, as arguments of `ip ... add`. Routes whose next hop is not running,
 * and unused subnet addresses, are unreachable.
 */
export function renderNetworkRoutes(
  spec: NetworkSpec,
  attachments: readonly NetworkAttachment[],
  hostSide: { readonly host: string; readonly internet: readonly InternetService[] },
): readonly string[] {
  const lines = [`addr ${metadataAddress}/32 dev lo`];
  for (const { range } of spec.subnets)
    lines.push(`addr ${computeGateway(range)}/32 dev lo`, `route unreachable ${range}`);
  for (const { address, interfaceName } of attachments) lines.push(`route ${address}/32 dev ${interfaceName}`);
  for (const { destination, nextHop, priority } of spec.routes) {
    const hop = attachments.find((each) => each.address === nextHop);
    if (hop !== undefined)
      lines.push(`route ${destination} via ${nextHop} dev ${hop.interfaceName} metric ${priority + 1}`);
  }
  // These loopback addresses are on the host. A more specific route overrides the kernel's local route.
  for (const { address } of hostSide.internet)
    lines.push(`route ${address}/32 via ${hostSide.host} dev uplink table local`);
  return [...new Set(lines)];
}
