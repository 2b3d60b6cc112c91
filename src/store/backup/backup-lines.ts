import { z } from 'zod';
import { EngineEvent } from '../events.ts';
import { iterateRecords } from '../iterate-records.ts';
import { type RecordKind, recordSchemas } from '../records.ts';
import type { Store } from '../store.ts';

export const backupPageSize = 100;
/** Written last: referenced records come after those that refer to them, so that a backup of a running store is consistent. */
const kindsWrittenLast: readonly RecordKind[] = ['cluster', 'secret', 'dataKey', 'run'];

const RecordLine = z.object({
  kind: z.enum(Object.keys(recordSchemas) as [RecordKind, ...RecordKind[]]),
  id: z.string(),
  value: z.unknown(),
});
const EventLine = z.object({ run: z.string(), seq: z.number().int(), at: z.iso.datetime(), event: EngineEvent });
export type EventLine = z.infer<typeof EventLine>;

/** One line of a backup between header and footer. */
export const BackupLine = z.union([RecordLine, EventLine]);
export type BackupLine = z.infer<typeof BackupLine>;

/** Yields all records and events of the store, but no leases. */
export async function* generateBackupLines(store: Store): AsyncGenerator<BackupLine> {
  const runs: string[] = [];
  for (const kind of listKindsInOrder()) {
    for await (const { id, value } of iterateRecords(store, kind, { pageSize: backupPageSize })) {
      yield { kind, id, value };
      if (kind === 'run') runs.push(id);
    }
  }
  for (const run of runs) {
    for (const { seq, at, event } of await store.readEvents(run)) yield { run, seq, at: at.toISOString(), event };
  }
}

function listKindsInOrder(): RecordKind[] {
  const all = Object.keys(recordSchemas) as RecordKind[];
  return [...all.filter((kind) => !kindsWrittenLast.includes(kind)), ...kindsWrittenLast];
}
