import { computeDigest } from './emulator-id.ts';

/** Prefix of all names created on the host. */
const prefix = 'kthw';

/** Extracts the tag from a namespace name. */
export function parseEmulatorId(name: string): string | undefined {
  return new RegExp(`^${prefix}-([0-9a-f]{6})-(?:net|vm)-`).exec(name)?.[1];
}

/** Host-side names of one emulator's resources, by its tag. Interface names are limited to 15 characters. */
export function createHostResourceNames(emulatorId: string) {
  return {
    cgroup: `${prefix}-${emulatorId}`,
    getNetworkNamespace: (network: string) => `${prefix}-${emulatorId}-net-${network}`,
    getMachineNamespace: (machine: string) => `${prefix}-${emulatorId}-vm-${machine}`,
    /** Host end of a network's veth pair. */
    getUplink: (network: string) => `kt${emulatorId}${computeDigest(network).slice(0, 6)}`,
    /** Network end of a machine's veth pair. */
    getMachineInterface: (machine: string) => `v${computeDigest(machine).slice(0, 12)}`,
    isNamespace: (name: string) => name.startsWith(`${prefix}-${emulatorId}-`),
    isUplink: (name: string) => name.startsWith(`kt${emulatorId}`) && name.length === 14,
  };
}

export type HostResourceNames = ReturnType<typeof createHostResourceNames>;
