import { computeDigest } from './emulator-id.ts';

/** Everything of this program in the host's name spaces begins so. */
const prefix = 'kthw';

/** The tag in a namespace's name. */
export function parseEmulatorId(name: string): string | undefined {
  return new RegExp(`^${prefix}-([0-9a-f]{6})-(?:net|vm)-`).exec(name)?.[1];
}

/** Names, on the host, of what belongs to the run with this tag. Interface names are 15 characters at most. */
export function createHostResourceNames(emulatorId: string) {
  return {
    cgroup: `${prefix}-${emulatorId}`,
    getNetworkNamespace: (network: string) => `${prefix}-${emulatorId}-net-${network}`,
    getMachineNamespace: (machine: string) => `${prefix}-${emulatorId}-vm-${machine}`,
    /** The host's end of the pair that leads into a network. */
    getUplink: (network: string) => `kt${emulatorId}${computeDigest(network).slice(0, 6)}`,
    /** The network's end of the pair that leads into a machine. */
    getMachineInterface: (machine: string) => `v${computeDigest(machine).slice(0, 12)}`,
    isNamespace: (name: string) => name.startsWith(`${prefix}-${emulatorId}-`),
    isUplink: (name: string) => name.startsWith(`kt${emulatorId}`) && name.length === 14,
  };
}

export type HostResourceNames = ReturnType<typeof createHostResourceNames>;
