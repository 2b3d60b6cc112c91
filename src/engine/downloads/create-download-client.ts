import type { DownloadFailure } from '../cluster/create-download-error.ts';
import { Semaphore } from '../ssh/semaphore.ts';

/** Checks from the bot whether files can be downloaded. */
export interface DownloadClient {
  /** Returns why a file can't be downloaded, or undefined. Rejects only if aborted. */
  findFailure(url: string, signal: AbortSignal): Promise<DownloadFailure | undefined>;
}

export interface DownloadClientOptions {
  /** @default Node's */
  readonly fetch?: typeof fetch;
  /** Time limit of one request. @default 10_000 */
  readonly timeoutMs?: number;
  /** @default 8 */
  readonly maxConcurrentRequests?: number;
}

/** Requests only the headers of a file. Follows redirects. */
export function createDownloadClient(options: DownloadClientOptions = {}): DownloadClient {
  const { timeoutMs = 10_000, maxConcurrentRequests = 8 } = options;
  const semaphore = new Semaphore(maxConcurrentRequests);

  /** The HTTP status, or why there is no response. */
  async function request(url: string, init: RequestInit, signal: AbortSignal): Promise<number | string> {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await (options.fetch ?? fetch)(url, { ...init, signal: AbortSignal.any([signal, timeout]) });
      await response.body?.cancel();
      return response.status;
    } catch (error) {
      signal.throwIfAborted();
      return timeout.aborted ? `no response within ${timeoutMs / 1000} s` : formatNetworkError(error);
    }
  }

  return {
    async findFailure(url, signal) {
      const release = await semaphore.acquire(signal);
      try {
        let result = await request(url, { method: 'HEAD' }, signal);
        // Some servers don't support HEAD, or not for signed URLs to which they redirect.
        if (typeof result === 'number' && !isSuccess(result))
          result = await request(url, { headers: { Range: 'bytes=0-0' } }, signal);
        if (typeof result === 'string') return { url, reason: result };
        return isSuccess(result) ? undefined : { url, reason: `HTTP ${result}` };
      } finally {
        release();
      }
    },
  };
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** fetch reports "fetch failed"; its cause has the reason. */
function formatNetworkError(error: unknown): string {
  const { cause = error } = error as { cause?: unknown };
  const { message, code } = cause as { message?: string; code?: string };
  return message || code || String(cause);
}
