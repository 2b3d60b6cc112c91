import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { BackupLine } from './backup-lines.ts';

/** Number of lines by kind, and a digest of all lines in order. */
export const BackupSummary = z.object({
  counts: z.record(z.string(), z.number().int()),
  digest: z.string(),
});
export type BackupSummary = z.infer<typeof BackupSummary>;

export function formatBackupSummary({ counts, digest }: BackupSummary): string {
  const parts = Object.entries(counts).map(([label, count]) => `${count} ${label}`);
  return `${parts.join(', ') || 'nothing'} (digest ${digest.slice(0, 12)})`;
}

/** Computes the summary of added lines. */
export class BackupTally {
  readonly #hash = createHash('sha256');
  readonly #counts: Record<string, number> = {};

  add(line: BackupLine): void {
    const label = 'kind' in line ? line.kind : 'event';
    this.#counts[label] = (this.#counts[label] ?? 0) + 1;
    this.#hash.update(`${JSON.stringify(line)}\n`);
  }

  finish(): BackupSummary {
    return { counts: this.#counts, digest: this.#hash.digest('hex') };
  }
}
