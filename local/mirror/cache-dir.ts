import { join } from 'node:path';

/** Directory of the mirror's content: `mirror` in kthw's cache, which `KTHW_CACHE` overrides. */
export function getMirrorCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.KTHW_CACHE ?? join(env.XDG_CACHE_HOME ?? '/var/cache', 'kthw'), 'mirror');
}
