import { ApiError } from '../api/api-error.ts';
import { addresses } from '../resources/addresses.ts';
import { forwardingRules } from '../resources/forwarding-rules.ts';
import { instances } from '../resources/instances/instances.ts';
import type { Project } from './project.ts';

/** The external addresses that a project holds: reserved ones, those of machines, those of forwarding rules. */
export function inUse(project: Project): readonly string[] {
  return [
    ...project.of(addresses).map(({ resource }) => resource.address),
    ...project.of(instances).flatMap(({ resource }) => natAddress(resource) ?? []),
    ...project.of(forwardingRules).map(({ resource }) => resource.IPAddress),
  ];
}

export function natAddress(instance: {
  readonly networkInterfaces: readonly { readonly accessConfigs?: readonly { natIP?: string }[] }[];
}) {
  return instance.networkInterfaces[0]?.accessConfigs?.[0]?.natIP;
}

/**
 * The next free address of 127.BLOCK.0.0/16 after `last`, so that one just given up isn't handed out at once.
 * @throws ApiError when all are taken
 */
export function nextAddress(block: number, taken: ReadonlySet<string>, last: string | undefined): string {
  const [third = 0, fourth = 1] = (last ?? '').split('.').slice(2).map(Number);
  const start = third * 256 + fourth;
  for (let step = 1; step < 65536; step++) {
    const at = (start + step) % 65536;
    const address = `127.${block}.${at >> 8}.${at & 255}`;
    const usable = at > 1 && (at & 255) !== 0 && (at & 255) !== 255;
    if (usable && !taken.has(address)) return address;
  }
  throw new ApiError(400, 'ipSpaceExhausted', `No address of 127.${block}.0.0/16 is free.`);
}
