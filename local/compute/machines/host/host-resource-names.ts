import { digest } from './emulator-id.ts';

/** Everything of this program in the host's name spaces begins so. */
const prefix = 'kthw';

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
