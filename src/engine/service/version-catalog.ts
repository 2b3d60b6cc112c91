import type { DigestLookup } from '../cluster/digests.ts';
import { listAvailableVersions, listVerifiableReleases } from '../downloads/check-downloads.ts';
import type { DownloadClient } from '../downloads/create-download-client.ts';
import { TtlCache } from './ttl-cache.ts';

/** Kubernetes versions for new clusters, oldest first. */
export interface VersionCatalog {
  /** Returns the versions without a request. Undefined: not loaded yet. */
  getCachedVersions(): readonly string[] | undefined;
  /** Never rejects: returns all supported versions if the available ones can't be determined. */
  loadVersions(): Promise<readonly string[]>;
}

export interface VersionCatalogOptions {
  /** Undefined: availability isn't checked. */
  readonly downloads: DownloadClient | undefined;
  readonly mirror: string | undefined;
  readonly digests: DigestLookup;
  readonly now: () => Date;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  /** Limits how long a form waits. @default 8_000 */
  readonly timeoutMs?: number;
}

const cacheTtlMs = 5 * 60_000;

/** Lists the versions that the mirror has and whose digests are known. Upstream has every supported version. */
export function createVersionCatalog(options: VersionCatalogOptions): VersionCatalog {
  const { downloads, mirror, digests, now, log, timeoutMs = 8_000 } = options;
  const supportedVersions = listVerifiableReleases({ mirror, digests }).map((release) => release.kubernetes);
  if (!downloads || mirror === undefined)
    return { getCachedVersions: () => supportedVersions, loadVersions: async () => supportedVersions };
  const cache = new TtlCache<readonly string[]>(now, cacheTtlMs);
  return {
    getCachedVersions: () => cache.getCached(mirror),
    async loadVersions() {
      const deps = { client: downloads, mirror, digests, signal: AbortSignal.timeout(timeoutMs) };
      try {
        return await cache.getOrLoad(mirror, async () => {
          const versions = await listAvailableVersions(deps);
          if (versions.length === 0) throw new Error('the mirror has no supported version');
          return versions;
        });
      } catch (error) {
        log({ mirror, error }, 'listing the Kubernetes versions of the mirror failed');
        return supportedVersions;
      }
    },
  };
}
