import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { storeContract } from '../../contract/store.contract.ts';
import { clusterRecord, stepLogged } from '../../support/store-fixtures.ts';

const WRITER = join(import.meta.dirname, 'sqlite-writer.ts');
const run = promisify(execFile);

storeContract('SQLite', async () => {
  const path = freshPath();
  return {
    async open(now) {
      const store = openSqliteStore({ path, ...(now === undefined ? {} : { now }) });
      onTestFinished(() => store.close());
      return store;
    },
    spoilRecord: async (kind, id, text) =>
      raw(path, 'UPDATE records SET value = ? WHERE kind = ? AND id = ?', text, kind, id),
    spoilEvent: async (run, seq, text) =>
      raw(path, 'UPDATE events SET event = ? WHERE run = ? AND seq = ?', text, run, seq),
    loseEvent: async (run, seq) => raw(path, 'DELETE FROM events WHERE run = ? AND seq = ?', run, seq),
  };
});

describe('a SQLite file', () => {
  test('is private to its owner including logs, also if it was accessible before', async () => {
    const path = freshPath();
    writeFileSync(path, '', { mode: 0o644 });
    chmodSync(path, 0o644);
    const store = openSqliteStore({ path });
    onTestFinished(() => store.close());
    await store.append('r1', [stepLogged('one')]);
    const files = readdirSync(join(path, '..'));
    expect(files.sort()).toEqual(['kthw.sqlite', 'kthw.sqlite-shm', 'kthw.sqlite-wal']);
    for (const file of files) expect(statSync(join(path, '..', file)).mode & 0o777).toBe(0o600);
  });

  test('survives the exit of its process', async () => {
    const path = freshPath();
    const before = openSqliteStore({ path });
    const version = await before.write('cluster', 'demo', clusterRecord(), undefined);
    const lease = await before.acquireLease('r1', 'a', 60_000);
    await before.append('r1', [stepLogged('one')], lease);
    await before.close();
    await before.close();
    const after = openSqliteStore({ path });
    onTestFinished(() => after.close());
    expect((await after.read('cluster', 'demo'))?.version).toBe(version);
    expect(await after.append('r1', [stepLogged('two')], lease)).toBe(2);
  });

  test('of another schema version is rejected', () => {
    const path = freshPath();
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 2');
    db.close();
    expect(() => openSqliteStore({ path })).toThrow(/schema version 2 is not supported \(expected 1\)/);
  });

  test('accepts concurrent appends of three processes without gap, loss or duplicate', async () => {
    const path = freshPath();
    const each = 100;
    // The processes also race to create the file.
    const ends = await Promise.allSettled(
      ['a', 'b', 'c'].map((name) => run(process.execPath, [WRITER, path, name, String(each)])),
    );
    expect(ends.filter((end) => end.status === 'rejected')).toEqual([]);
    const store = openSqliteStore({ path });
    onTestFinished(() => store.close());
    const found = await store.readEvents('r1');
    expect(found.map(({ seq }) => seq)).toEqual(Array.from({ length: each * 3 }, (_, n) => n + 1));
    for (const name of ['a', 'b', 'c']) {
      const own = found
        .map(({ event }) => (event.type === 'step.logged' ? event.message : ''))
        .filter((l) => l.startsWith(name));
      expect(own).toEqual(Array.from({ length: each }, (_, n) => `${name} ${n}`));
    }
    expect((await store.read('slackThread', 'count'))?.value.cursor).toBe(each * 3);
  });
});

function freshPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kthw-sqlite-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'kthw.sqlite');
}

function raw(path: string, sql: string, ...values: (string | number)[]): void {
  const db = new DatabaseSync(path);
  try {
    if (db.prepare(sql).run(...values).changes !== 1) throw new Error('the back door found nothing to change');
  } finally {
    db.close();
  }
}
