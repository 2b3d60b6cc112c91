import { z } from 'zod';
import { EngineEvent } from '../events.ts';
import { iterateRecords } from '../iterate-records.ts';
import { type RecordKind, recordSchemas } from '../records.ts';
import type { Store } from '../store.ts';
import { getSecretId } from '../vault/secret-id.ts';

export const backupPageSize = 100;
/**
 * Written last: referenced records come after those that refer to them, so that a backup of a running store is consistent.
 * The secrets follow the data key of their cluster.
 */
const kindsWrittenLast: readonly RecordKind[] = ['cluster', 'dataKey', 'run'];
/** Attempts to read the secrets of a cluster while they are changed. */
const maxVaultReads = 20;

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
      if (kind === 'dataKey') yield* await readVaultLines(store, id);
      else yield { kind, id, value };
      if (kind === 'run') runs.push(id);
    }
  }
  for (const run of runs) {
    for (const { seq, at, event } of await store.readEvents(run)) yield { run, seq, at: at.toISOString(), event };
  }
}

/** The data key of a cluster and its secrets, again until all versions in the index are there. Empty: it was deleted. */
async function readVaultLines(store: Store, cluster: string): Promise<BackupLine[]> {
  for (let attempt = 1; ; attempt++) {
    const dataKey = await store.read('dataKey', cluster);
    if (dataKey === undefined) return [];
    const ids = Object.entries(dataKey.value.index.versions).map(([path, version]) =>
      getSecretId(cluster, path, version),
    );
    const secrets = await Promise.all(ids.map(async (id) => ({ id, found: await store.read('secret', id) })));
    // After the last attempt, the secret is missing because someone deleted it.
    if (attempt < maxVaultReads && secrets.some(({ found }) => !found)) continue;
    return [
      { kind: 'dataKey', id: cluster, value: dataKey.value },
      ...secrets.flatMap(({ id, found }) => (found ? [{ kind: 'secret' as const, id, value: found.value }] : [])),
    ];
  }
}

function listKindsInOrder(): RecordKind[] {
  const all = Object.keys(recordSchemas) as RecordKind[];
  return [...all.filter((kind) => kind !== 'secret' && !kindsWrittenLast.includes(kind)), ...kindsWrittenLast];
}
