import { createHash } from 'node:crypto';
import { z } from 'zod';
import { EngineEvent } from './events.ts';
import { type Kind, type RecordOf, records } from './records.ts';
import type { Store } from './store.ts';

/** How much there is, and a digest over all of it in its order. */
export const Contents = z.object({
  counts: z.record(z.string(), z.number().int()),
  digest: z.string(),
});
export type Contents = z.infer<typeof Contents>;

const format = 1;
const First = z.object({ kthwBackup: z.literal(format), at: z.iso.datetime() });
const RecordLine = z.object({
  kind: z.enum(Object.keys(records) as [Kind, ...Kind[]]),
  id: z.string(),
  value: z.unknown(),
});
const EventLine = z.object({ run: z.string(), seq: z.number().int(), at: z.iso.datetime(), event: EngineEvent });
const Line = z.union([RecordLine, EventLine]);
type Line = z.infer<typeof Line>;

/** A backup that can't be used, or a store that it can't go into. The message says what to do. */
export class BackupRefused extends Error {
  override name = 'BackupRefused';
}

const pageSize = 100;
/** What is referred to comes after what refers to it, so that a copy of a store at work is whole: these are last. */
const lastKinds = ['cluster', 'secret', 'dataKey', 'run'] as const satisfies readonly Kind[];

/**
 * Everything that the store holds but leases, as lines of JSON, through the port: what one implementation gives, another
 * takes. Secrets are in it as they rest, as ciphertext under keys that only the keyring opens.
 * @param write each line, without its break
 */
export async function backup(store: Store, write: (line: string) => Promise<void> | void, at: Date): Promise<Contents> {
  const tally = tallying();
  await write(JSON.stringify({ kthwBackup: format, at: at.toISOString() }));
  for await (const line of linesOf(store)) {
    tally.add(line);
    await write(JSON.stringify(line));
  }
  const contents = tally.done();
  await write(JSON.stringify({ contents }));
  return contents;
}

/**
 * Fills an empty store with a backup, then reads all of it back.
 * @param lines opened anew by each call: the backup is read whole, and checked, before the first write
 * @param store made with the clock that `setClock` sets: events keep their times
 * @throws BackupRefused when the backup is cut or changed, the store is not empty, or it does not hold the same afterwards
 */
export async function restore(
  store: Store,
  lines: () => AsyncIterable<string>,
  setClock: (at: Date) => void,
): Promise<Contents> {
  const contents = await check(lines());
  for (const kind of kindsInOrder()) {
    if ((await store.list(kind, { limit: 1 })).length > 0)
      throw new BackupRefused(
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
    const line = Line.safeParse(JSON.parse(text)).data;
    if (line === undefined) continue;
    if ('kind' in line) {
      await store.write(line.kind, line.id, line.value as RecordOf<Kind>, undefined);
      continue;
    }
    const [first] = events;
    if (first && (first.run !== line.run || first.at !== line.at || events.length >= pageSize)) await flush();
    events.push(line);
  }
  await flush();
  const tally = tallying();
  for await (const line of linesOf(store)) tally.add(line);
  const found = tally.done();
  if (found.digest !== contents.digest)
    throw new BackupRefused(
      `the store holds ${shown(found)} after restoring ${shown(contents)}; don't use it, restore into another`,
    );
  return found;
}

/** How much, in words. */
export function shown({ counts, digest }: Contents): string {
  const parts = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  return `${parts.join(', ') || 'nothing'} (digest ${digest.slice(0, 12)})`;
}

async function check(lines: AsyncIterable<string>): Promise<Contents> {
  const tally = tallying();
  let number = 0;
  let last: Contents | undefined;
  for await (const text of lines) {
    number += 1;
    if (last) throw new BackupRefused(`line ${number} comes after the end; bring back the backup as it was made`);
    const value = parsed(text);
    if (number === 1) {
      if (First.safeParse(value).success) continue;
      throw new BackupRefused('this is no backup that this release knows; name one, or run the release that made it');
    }
    last = z.object({ contents: Contents }).safeParse(value).data?.contents;
    if (last) continue;
    const { data } = Line.safeParse(value);
    if (!data) throw new BackupRefused(`line ${number} can't be read; bring back the backup as it was made`);
    tally.add(data);
  }
  if (!last) throw new BackupRefused(`it ends after ${number} lines without its last one: it was cut; name another`);
  const found = tally.done();
  if (found.digest === last.digest) return last;
  throw new BackupRefused(`it holds ${shown(found)} and says ${shown(last)}: it was changed; name another`);
}

async function* linesOf(store: Store): AsyncGenerator<Line> {
  const runs: string[] = [];
  for (const kind of kindsInOrder()) {
    for (let after: string | undefined; ; ) {
      const page = await store.list(kind, { limit: pageSize, ...(after === undefined ? {} : { after }) });
      for (const { id, value } of page) yield { kind, id, value };
      if (kind === 'run') runs.push(...page.map(({ id }) => id));
      after = page.at(-1)?.id;
      if (after === undefined) break;
    }
  }
  for (const run of runs) {
    for (const { seq, at, event } of await store.events(run)) yield { run, seq, at: at.toISOString(), event };
  }
}

function kindsInOrder(): Kind[] {
  const all = Object.keys(records) as Kind[];
  return [...all.filter((kind) => !(lastKinds as readonly Kind[]).includes(kind)), ...lastKinds];
}

function tallying() {
  const hash = createHash('sha256');
  const counts: Record<string, number> = {};
  return {
    add(line: Line): void {
      const what = 'kind' in line ? line.kind : 'event';
      counts[what] = (counts[what] ?? 0) + 1;
      hash.update(`${JSON.stringify(line)}\n`);
    },
    done: (): Contents => ({ counts, digest: hash.digest('hex') }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
