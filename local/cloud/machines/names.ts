import { createHash } from 'node:crypto';
import { resolve } from 'node:path';

/** Everything of this program in the host's name spaces begins so. */
export const prefix = 'kthw';

/** A short name of the run whose state is in `stateDir`: what it makes on the host carries it. */
export function tagOf(stateDir: string): string {
  return digest(resolve(stateDir)).slice(0, 6);
}

/** The tag in a namespace's name. */
export function tagFrom(name: string): string | undefined {
  return new RegExp(`^${prefix}-([0-9a-f]{6})-(?:net|vm)-`).exec(name)?.[1];
}

/** Names, on the host, of what belongs to the run with this tag. Interface names are 15 characters at most. */
export function namesOf(tag: string) {
  return {
    group: `${prefix}-${tag}`,
    networkNamespace: (network: string) => `${prefix}-${tag}-net-${network}`,
    machineNamespace: (machine: string) => `${prefix}-${tag}-vm-${machine}`,
    /** The host's end of the pair that leads into a network. */
    uplink: (network: string) => `kt${tag}${digest(network).slice(0, 6)}`,
    /** The network's end of the pair that leads into a machine. */
    port: (machine: string) => `v${digest(machine).slice(0, 12)}`,
    isNamespace: (name: string) => name.startsWith(`${prefix}-${tag}-`),
    isUplink: (name: string) => name.startsWith(`kt${tag}`) && name.length === 14,
  };
}

export type Names = ReturnType<typeof namesOf>;

/** A stable number below `below` for a text. */
export function numberOf(text: string, below: number): number {
  return Number.parseInt(digest(text).slice(0, 8), 16) % below;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
