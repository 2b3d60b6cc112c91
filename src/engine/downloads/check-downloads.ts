import { type ComponentDownload, listComponentDownloads, toMirrorUrl } from '../cluster/component-downloads.ts';
import { createDownloadError, type DownloadFailure, isFileMissing } from '../cluster/create-download-error.ts';
import { type DigestLookup, listUnverifiableFiles } from '../cluster/digests.ts';
import { type Release, releases } from '../cluster/releases.ts';
import type { DownloadClient } from './create-download-client.ts';

interface CheckDeps {
  readonly client: DownloadClient;
  readonly mirror: string | undefined;
  readonly digests: DigestLookup;
  readonly signal: AbortSignal;
}

/** Checks the files of components, and their checksum files if needed. Returns those that can't be downloaded. */
export async function checkDownloads(
  { client, mirror, digests, signal }: CheckDeps,
  components: readonly ComponentDownload[],
): Promise<DownloadFailure[]> {
  const urls = components.flatMap(({ url, checksumUrl }) => [
    toMirrorUrl(url, mirror),
    ...(mirror === undefined && digests(url) === undefined ? [checksumUrl] : []),
  ]);
  const failures = await Promise.all(urls.map((url) => client.findFailure(url, signal)));
  return failures.filter((failure) => failure !== undefined);
}

/**
 * The Kubernetes versions of the catalogue whose files all exist, oldest first.
 * @throws KthwError `download-failed` if that is unknown for a version
 */
export async function listAvailableVersions(deps: CheckDeps): Promise<string[]> {
  const checked = await Promise.all(
    listVerifiableReleases(deps).map(async (release) => ((await isAvailable(deps, release)) ? release : [])),
  );
  return checked.flat().map(({ kubernetes }) => kubernetes);
}

/** All releases, or with a mirror those whose digests are known. */
export function listVerifiableReleases({ mirror, digests }: Pick<CheckDeps, 'mirror' | 'digests'>): readonly Release[] {
  if (mirror === undefined) return releases;
  return releases.filter((release) => listUnverifiableFiles(release, digests).length === 0);
}

async function isAvailable(deps: CheckDeps, release: Release): Promise<boolean> {
  const components = listComponentDownloads(release);
  // One component decides most versions: a mirror usually has all components of a version or none.
  for (const group of [components.slice(-1), components.slice(0, -1)]) {
    const failures = await checkDownloads(deps, group);
    if (failures.some(isFileMissing)) return false;
    if (failures.length > 0) throw createDownloadError(release.kubernetes, failures);
  }
  return true;
}
