import { KthwError } from './errors.ts';

export interface DownloadFailure {
  readonly url: string;
  /** `HTTP 404`, or why no complete response arrived. */
  readonly reason: string;
}

/** Reasons that the download script reports besides HTTP statuses and curl's messages. */
export const downloadReasons = {
  checksum: 'checksum mismatch',
  diskFull: 'no space left on the disk',
  unverifiable: 'its digest is unknown, and the mirror is not trusted',
} as const;

/** The server says that it doesn't offer the file. Other failures can be temporary. */
export function isFileMissing({ reason }: DownloadFailure): boolean {
  return /^HTTP (403|404|410)$/.test(reason);
}

/**
 * One error for the failed downloads of a Kubernetes version. Names the failure that a retry can't fix, if there is one.
 * @param host the instance that downloaded; absent: the bot checked
 */
export function createDownloadError(version: string, failures: readonly DownloadFailure[], host?: string): KthwError {
  const findReason = (reason: string) => failures.find((one) => one.reason === reason);
  const details = { version, host, otherFiles: failures.length - 1 };
  const missingFile = failures.find(isFileMissing);
  if (missingFile) return new KthwError('download-missing', { ...details, ...missingFile });
  const mismatch = findReason(downloadReasons.checksum);
  if (mismatch && host !== undefined) return new KthwError('checksum', { host, url: mismatch.url });
  if (findReason(downloadReasons.diskFull) && host !== undefined)
    return new KthwError('disk-full', { host, doing: `components of ${host}` });
  const [first = { url: 'the mirror', reason: 'unknown reason' }] = failures;
  return new KthwError('download-failed', { ...details, ...first });
}
