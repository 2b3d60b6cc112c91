/** Debian packages that the machine which hosts the machines needs. */
export const requiredPackages: readonly string[] = [
  'debootstrap',
  'debian-archive-keyring',
  'systemd-container',
  'iproute2',
  'nftables',
  'util-linux',
];

/** Programs out of {@link requiredPackages} that are run; each names the package it comes from. */
const requiredPrograms = {
  debootstrap: 'debootstrap',
  'systemd-nspawn': 'systemd-container',
  ip: 'iproute2',
  nft: 'nftables',
  nsenter: 'util-linux',
  flock: 'util-linux',
} as const satisfies Record<string, string>;

/** What is missing on this machine, as sentences; empty when machines can run here. */
export function findMissingRequirements(options: {
  readonly platform: string;
  readonly uid: number | undefined;
  readonly hasProgram: (program: string) => boolean;
}): readonly string[] {
  if (options.platform !== 'linux') return [`machines need Linux, and this is "${options.platform}"`];
  const missing = options.uid === 0 ? [] : ['machines need root: run this as root'];
  for (const [program, source] of Object.entries(requiredPrograms)) {
    if (!options.hasProgram(program)) missing.push(`"${program}" is missing: install the Debian package "${source}"`);
  }
  return missing;
}
