/** Debian packages that serving a full mirror needs beyond what every Debian has: none. */
export const requiredPackages: readonly string[] = [];

/**
 * Debian packages that the first making needs, besides apt and dpkg which are always there. The Go compiler is not among
 * them: when the machine has none that fits, it is unpacked into the cache.
 */
export const buildPackages: readonly string[] = ['dpkg-dev'];
