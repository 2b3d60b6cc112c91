import { createHash } from 'node:crypto';
import { z } from 'zod';
import { EngineEvent } from './events.ts';
import { type RecordKind, type RecordValue, recordSchemas } from './records.ts';
import type { Store } from './store.ts';

/** How much there is, and a digest over all of it in its order. */
export const BackupSummary = z.object({
  counts: z.record(z.string(), z.number().int()),
  digest: z.string(),
});
export type BackupSummary = z.infer<typeof BackupSummary>;

const formatVersion = 1;
const HeaderLine = z.object({ kthwBackup: z.literal(formatVersion), at: z.iso.datetime() });
const RecordLine = z.object({
  kind: z.enum(Object.keys(recordSchemas) as [RecordKind, ...RecordKind[]]),
  id: z.string(),
  value: z.unknown(),
});
const EventLine = z.object({ run: z.string(), seq: z.number().int(), at: z.iso.datetime(), event: EngineEvent });
const BackupLine = z.union([RecordLine, EventLine]);
type BackupLine = z.infer<typeof BackupLine>;

/** A backup that can't be used, or a store that it can't go into. The message says what to do. */
export class BackupError extends Error {
  override name = 'BackupError';
}

const pageSize = 100;
/** What is referred to comes after what refers to it, so that a copy of a store at work is whole: these are last. */
const kindsWrittenLast = ['cluster', 'secret', 'dataKey', 'run'] as const satisfies readonly RecordKind[];

/**
 * Everything that the store holds but leases, as lines of JSON, through the port: what one implementation gives, another
 * takes. Secrets are in it as they rest, as ciphertext under keys that only the keyring opens.
 * @param write each line, without its break
 */
export async function createBackup(
  store: Store,
  write: (line: string) => Promise<void> | void,
  at: Date,
): Promise<BackupSummary> {
  const tally = createTally();
  await write(JSON.stringify({ kthwBackup: formatVersion, at: at.toISOString() }));
  for await (const line of generateLines(store)) {
    tally.add(line);
    await write(JSON.stringify(line));
  }
  const contents = tally.finish();
  await write(JSON.stringify({ contents }));
  return contents;
}

/**
 * Fills an empty store with a backup, then reads all of it back.
 * @param lines opened anew by each call: the backup is read whole, and checked, before the first write
 * @param store made with the clock that `setClock` sets: events keep their times
 * @throws BackupError when the backup is cut or changed, the store is not empty, or it does not hold the same afterwards
 */
export async function restoreBackup(
  store: Store,
  lines: () => AsyncIterable<string>,
  setClock: (at: Date) => void,
): Promise<BackupSummary> {
  const contents = await verifyBackup(lines());
  for (const kind of listKindsInOrder()) {
    if ((await store.list(kind, { limit: 1 })).length > 0)
      throw new BackupError(
        `the store is not empty (it has a ${kind}); name an empty one, such as another file or database`,
      );
  }
  let events: z.infer<typeof EventLine>[] = [];
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
    if (first && (first.run !== line.run || first.at !== line.at || events.length >= pageSize)) await flush();
    events.push(line);
  }
  await flush();
  const tally = createTally();
  for await (const line of generateLines(store)) tally.add(line);
  const restored = tally.finish();
  if (restored.digest !== contents.digest)
    throw new BackupError(
      `the store holds ${formatSummary(restored)} after restoring ${formatSummary(contents)}; don't use it, restore into another`,
    );
  return restored;
}

/** How much, in words. */
export function formatSummary({ counts, digest }: BackupSummary): string {
  const parts = Object.entries(counts).map(([label, count]) => `${count} ${label}`);
  return `${parts.join(', ') || 'nothing'} (digest ${digest.slice(0, 12)})`;
}

async function verifyBackup(lines: AsyncIterable<string>): Promise<BackupSummary> {
  const tally = createTally();
  let lineNumber = 0;
  let footer: BackupSummary | undefined;
  for await (const text of lines) {
    lineNumber += 1;
    if (footer) throw new BackupError(`line ${lineNumber} comes after the end; bring back the backup as it was made`);
    const value = parseJson(text);
    if (lineNumber === 1) {
      if (HeaderLine.safeParse(value).success) continue;
      throw new BackupError('this is no backup that this release knows; name one, or run the release that made it');
    }
    footer = z.object({ contents: BackupSummary }).safeParse(value).data?.contents;
    if (footer) continue;
    const { data } = BackupLine.safeParse(value);
    if (!data) throw new BackupError(`line ${lineNumber} can't be read; bring back the backup as it was made`);
    tally.add(data);
  }
  if (!footer)
    throw new BackupError(`it ends after ${lineNumber} lines without its last one: it was cut; name another`);
  const actual = tally.finish();
  if (actual.digest === footer.digest) return footer;
  throw new BackupError(
    `it holds ${formatSummary(actual)} and says ${formatSummary(footer)}: it was changed; name another`,
  );
}

async function* generateLines(store: Store): AsyncGenerator<BackupLine> {
  const runs: string[] = [];
  for (const kind of listKindsInOrder()) {
    for (let after: string | undefined; ; ) {
      const page = await store.list(kind, { limit: pageSize, ...(after === undefined ? {} : { after }) });
      for (const { id, value } of page) yield { kind, id, value };
      if (kind === 'run') runs.push(...page.map(({ id }) => id));
      after = page.at(-1)?.id;
      if (after === undefined) break;
    }
  }
  for (const run of runs) {
    for (const { seq, at, event } of await store.readEvents(run)) yield { run, seq, at: at.toISOString(), event };
  }
}

function listKindsInOrder(): RecordKind[] {
  const all = Object.keys(recordSchemas) as RecordKind[];
  return [...all.filter((kind) => !(kindsWrittenLast as readonly RecordKind[]).includes(kind)), ...kindsWrittenLast];
}

function createTally() {
  const hash = createHash('sha256');
  const counts: Record<string, number> = {};
  return {
    add(line: BackupLine): void {
      const label = 'kind' in line ? line.kind : 'event';
      counts[label] = (counts[label] ?? 0) + 1;
      hash.update(`${JSON.stringify(line)}\n`);
    },
    finish: (): BackupSummary => ({ counts, digest: hash.digest('hex') }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
