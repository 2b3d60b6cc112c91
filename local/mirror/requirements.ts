/** Debian packages required to serve a complete mirror, beyond those of every Debian system: none. */
export const requiredPackages: readonly string[] = [];

/**
 * Debian packages required to build the mirror, besides apt and dpkg. The Go compiler is not listed: if the host has no
 * suitable one, it is unpacked into the cache.
 */
export const buildPackages: readonly string[] = ['dpkg-dev'];
