import { join } from 'node:path';

/** Where the mirror's content is kept: the folder `mirror` in kthw's cache, which `KTHW_CACHE` may name. */
export function getMirrorCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.KTHW_CACHE ?? join(env.XDG_CACHE_HOME ?? '/var/cache', 'kthw'), 'mirror');
}
