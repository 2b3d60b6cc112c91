import { ApiError } from '../api/api-error.ts';
import { addresses } from '../resources/addresses.ts';
import { forwardingRules } from '../resources/forwarding-rules.ts';
import { instances } from '../resources/instances/instances.ts';
import type { Project } from './project.ts';

/** External addresses of a project: reserved ones and those of instances and forwarding rules. */
export function listUsedAddresses(project: Project): readonly string[] {
  return [
    ...project.listByKind(addresses).map(({ resource }) => resource.address),
    ...project.listByKind(instances).flatMap(({ resource }) => getNatAddress(resource) ?? []),
    ...project.listByKind(forwardingRules).map(({ resource }) => resource.IPAddress),
  ];
}

export function getNatAddress(instance: {
  readonly networkInterfaces: readonly { readonly accessConfigs?: readonly { natIP?: string }[] }[];
}) {
  return instance.networkInterfaces[0]?.accessConfigs?.[0]?.natIP;
}

/**
 * Returns the next free address of 127.BLOCK.0.0/16 after `last`, so a released address is not reused immediately.
 * @throws ApiError when the block is exhausted
 */
export function findNextAddress(
  addressBlock: number,
  usedAddresses: ReadonlySet<string>,
  last: string | undefined,
): string {
  const [third = 0, fourth = 1] = (last ?? '').split('.').slice(2).map(Number);
  const start = third * 256 + fourth;
  for (let step = 1; step < 65536; step++) {
    const at = (start + step) % 65536;
    const address = `127.${addressBlock}.${at >> 8}.${at & 255}`;
    const isUsable = at > 1 && (at & 255) !== 0 && (at & 255) !== 255;
    if (isUsable && !usedAddresses.has(address)) return address;
  }
  throw new ApiError(400, 'ipSpaceExhausted', `The address range 127.${addressBlock}.0.0/16 is exhausted.`);
}
