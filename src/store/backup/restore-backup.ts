import { z } from 'zod';
import { hasRecords } from '../iterate-records.ts';
import { parseJson } from '../parse-json.ts';
import { type RecordKind, type RecordValue, recordSchemas } from '../records.ts';
import type { Store } from '../store.ts';
import { BackupLine, backupPageSize, type EventLine, generateBackupLines } from './backup-lines.ts';
import { BackupSummary, BackupTally, formatBackupSummary } from './backup-summary.ts';
import { backupFormatVersion } from './create-backup.ts';

const HeaderLine = z.object({ kthwBackup: z.literal(backupFormatVersion), at: z.iso.datetime() });
const FooterLine = z.object({ contents: BackupSummary });

/** Unusable backup or target store. The message contains a remedy. */
export class BackupError extends Error {
  override name = 'BackupError';
}

/**
 * Restores a backup into an empty store and verifies the result.
 * @param lines opens the backup; called twice, because it is verified completely before the first write
 * @param setClock sets the clock of the store, so that events keep their timestamps
 * @throws BackupError if the backup is truncated or modified, the store is not empty, or the restored data differs
 */
export async function restoreBackup(
  store: Store,
  lines: () => AsyncIterable<string>,
  setClock: (at: Date) => void,
): Promise<BackupSummary> {
  const contents = await verifyBackup(lines());
  await assertEmpty(store);
  let events: EventLine[] = [];
  const flush = async (): Promise<void> => {
    const [first] = events;
    if (first === undefined) return;
    setClock(new Date(first.at));
    await store.append(
      first.run,
      events.map(({ event }) => event),
    );
    events = [];
  };
  for await (const text of lines()) {
    const line = BackupLine.safeParse(JSON.parse(text)).data;
    if (line === undefined) continue;
    if ('kind' in line) {
      await store.write(line.kind, line.id, line.value as RecordValue<RecordKind>, undefined);
      continue;
    }
    const [first] = events;
    if (first && (first.run !== line.run || first.at !== line.at || events.length >= backupPageSize)) await flush();
    events.push(line);
  }
  await flush();
  const tally = new BackupTally();
  for await (const line of generateBackupLines(store)) tally.add(line);
  const restored = tally.finish();
  if (restored.digest !== contents.digest)
    throw new BackupError(
      `after restoring ${formatBackupSummary(contents)}, the store contains ${formatBackupSummary(restored)}; do not use it, restore into another store`,
    );
  return restored;
}

async function assertEmpty(store: Store): Promise<void> {
  for (const kind of Object.keys(recordSchemas) as RecordKind[]) {
    if (await hasRecords(store, kind))
      throw new BackupError(`the store is not empty (it contains a ${kind}); use an empty file or database`);
  }
}

async function verifyBackup(lines: AsyncIterable<string>): Promise<BackupSummary> {
  const tally = new BackupTally();
  let lineNumber = 0;
  let footer: BackupSummary | undefined;
  for await (const text of lines) {
    lineNumber += 1;
    if (footer) throw new BackupError(`line ${lineNumber} follows the footer; use the original backup`);
    const value = parseJson(text);
    if (lineNumber === 1) {
      if (HeaderLine.safeParse(value).success) continue;
      throw new BackupError('not a backup in a supported format; use a backup file, or the release that created it');
    }
    footer = FooterLine.safeParse(value).data?.contents;
    if (footer) continue;
    const { data } = BackupLine.safeParse(value);
    if (!data) throw new BackupError(`line ${lineNumber} is malformed; use the original backup`);
    tally.add(data);
  }
  if (!footer) throw new BackupError(`truncated after ${lineNumber} lines: the footer is missing; use another backup`);
  const actual = tally.finish();
  if (actual.digest === footer.digest) return footer;
  throw new BackupError(
    `modified: contains ${formatBackupSummary(actual)}, but the footer states ${formatBackupSummary(footer)}; use another backup`,
  );
}
