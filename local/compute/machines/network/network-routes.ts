import type { NetworkSpec } from '../../machine-backend.ts';
import { metadataAddress } from '../metadata/metadata-server.ts';
import type { NetworkAttachment } from './network-attachment.ts';
import { computeGateway } from './subnets.ts';

/** A service on the host that machines reach under its own address. */
export interface InternetService {
  readonly address: string;
  readonly port: number;
}

/**
 * Addresses and routes of a network's namespace, each written as `ip` takes it after the verb. A route whose next hop
 * isn't running leads nowhere, as do addresses of a subnet that no running machine has.
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
  // A more specific route beside the kernel's own local ones: these loopback addresses are not here, but on the host.
  for (const { address } of hostSide.internet)
    lines.push(`route ${address}/32 via ${hostSide.host} dev uplink table local`);
  return [...new Set(lines)];
}
