import type { DownloadFailure } from '../../src/engine/cluster/create-download-error.ts';
import type { DownloadClient } from '../../src/engine/downloads/create-download-client.ts';

interface PlannedFailure {
  readonly match: RegExp;
  readonly reason: string;
  /** @default always */
  times?: number;
}

/** Has every file, except those that match a planned failure. */
export class FakeDownloads implements DownloadClient {
  readonly failures: PlannedFailure[] = [];
  readonly checkedUrls: string[] = [];

  async findFailure(url: string): Promise<DownloadFailure | undefined> {
    this.checkedUrls.push(url);
    const failure = this.failures.find(({ match, times = 1 }) => times > 0 && match.test(url));
    if (failure?.times !== undefined) failure.times--;
    return failure && { url, reason: failure.reason };
  }
}
