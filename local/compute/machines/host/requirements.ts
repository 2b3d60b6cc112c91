/** Debian packages required on the host. */
export const requiredPackages: readonly string[] = [
  'debootstrap',
  'debian-archive-keyring',
  'systemd-container',
  'iproute2',
  'nftables',
  'util-linux',
];

/** Programs that the emulator runs, each with its package from {@link requiredPackages}. */
const requiredPrograms = {
  debootstrap: 'debootstrap',
  'systemd-nspawn': 'systemd-container',
  ip: 'iproute2',
  nft: 'nftables',
  nsenter: 'util-linux',
  flock: 'util-linux',
} as const satisfies Record<string, string>;

/** Lists missing requirements as sentences. Empty when machines can run here. */
export function findMissingRequirements(options: {
  readonly platform: string;
  readonly uid: number | undefined;
  readonly hasProgram: (program: string) => boolean;
}): readonly string[] {
  if (options.platform !== 'linux') return [`machines require Linux; this is "${options.platform}"`];
  const missing = options.uid === 0 ? [] : ['machines require root: run this as root'];
  for (const [program, source] of Object.entries(requiredPrograms)) {
    if (!options.hasProgram(program)) missing.push(`"${program}" is missing: install the Debian package "${source}"`);
  }
  return missing;
}
