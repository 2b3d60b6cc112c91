import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createBackup } from '../../src/store/backup/create-backup.ts';
import { BackupError, restoreBackup } from '../../src/store/backup/restore-backup.ts';
import { openFirestoreStore } from '../../src/store/firestore/firestore-store.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { openFileKeyring } from '../../src/store/vault/file-keyring.ts';
import { Secret } from '../../src/store/vault/secret.ts';
import { createVaultProvider } from '../../src/store/vault/vault-provider.ts';
import {
  type FirestoreEmulator,
  findFirestoreEmulator,
  startFirestoreEmulator,
} from '../support/firestore-emulator.ts';
import { clusterRecord, runRecord, stepLogged } from '../support/store-fixtures.ts';

interface Opened {
  readonly store: Store;
  setClock(at: Date): void;
}
type Open = () => Promise<Opened>;

const jar = findFirestoreEmulator();
let emulator: FirestoreEmulator | undefined;
beforeAll(async () => {
  if (jar !== undefined) emulator = await startFirestoreEmulator(jar);
}, 90_000);
afterAll(() => emulator?.stop());

const sqlite: Open = async () => {
  let now = new Date('2026-01-01T00:00:00.000Z');
  const store = openSqliteStore({ path: ':memory:', now: () => now });
  onTestFinished(() => store.close());
  return {
    store,
    setClock: (at) => {
      now = at;
    },
  };
};
const firestore: Open = async () => {
  let now = new Date('2026-01-01T00:00:00.000Z');
  const store = await openFirestoreStore({ projectId: 'demo-kthw', prefix: randomUUID(), now: () => now });
  onTestFinished(() => store.close());
  return {
    store,
    setClock: (at) => {
      now = at;
    },
  };
};

describe.each([
  ['SQLite', 'SQLite', sqlite, sqlite, true],
  ['Firestore', 'Firestore', firestore, firestore, jar !== undefined],
  ['SQLite', 'Firestore', sqlite, firestore, jar !== undefined],
  ['Firestore', 'SQLite', firestore, sqlite, jar !== undefined],
])('a backup of %s into %s', (_from, _into, from, into, here) => {
  test.skipIf(!here)(
    'brings back records, events with their times, and secrets that the same key opens',
    {
      timeout: 120_000,
    },
    async () => {
      const source = await filled(from);
      const { lines, contents } = await backedUp(source.store);
      expect(contents.counts).toEqual({ cluster: 105, run: 2, event: 193, secret: 1, dataKey: 1 });
      const target = await into();
      const restored = await restoreBackup(target.store, () => streamed(lines), target.setClock);
      expect(restored).toEqual(contents);
      expect(await target.store.readEvents('run-1')).toEqual(await source.store.readEvents('run-1'));
      expect(await target.store.listOpenRuns()).toEqual(['run-1']);
      expect(
        (await createVaultProvider(target.store, source.keyring).getVault('demo').get('authority/key'))?.reveal(),
      ).toBe('quiet');
      expect(lines.join('\n')).not.toContain('quiet');
      // New events continue the sequence.
      expect(await target.store.append('run-1', [stepLogged('more')])).toBe(191);
    },
  );
});

describe('a restore', () => {
  test('requires an empty store', async () => {
    const { lines } = await backedUp((await filled(sqlite)).store);
    const target = await sqlite();
    await target.store.write('cluster', 'other', clusterRecord(), undefined);
    await expect(restoreBackup(target.store, () => streamed(lines), target.setClock)).rejects.toThrow(
      /the store is not empty/,
    );
    expect(await target.store.list('cluster')).toHaveLength(1);
  });

  test.each<[string, (lines: string[]) => string[], RegExp]>([
    ['was cut', (lines) => lines.slice(0, 20), /truncated/],
    ['lost a line', (lines) => lines.toSpliced(5, 1), /modified/],
    ['was changed', (lines) => lines.with(5, (lines[5] ?? '').replace('"C1"', '"C2"')), /modified/],
    ['has a line of nonsense', (lines) => lines.with(5, '{'), /line 6 is malformed/],
    ['has something after its end', (lines) => [...lines, lines[5] ?? ''], /follows the footer/],
    ['is of another format', (lines) => lines.with(0, '{"kthwBackup":2}'), /not a backup in a supported format/],
    ['is empty', () => [], /truncated/],
  ])('writes nothing if the backup %s', async (_, spoil, says) => {
    const { lines } = await backedUp((await filled(sqlite)).store);
    const spoilt = spoil(lines);
    expect(spoilt).not.toEqual(lines);
    const target = await sqlite();
    const restoring = restoreBackup(target.store, () => streamed(spoilt), target.setClock);
    await expect(restoring).rejects.toThrow(says);
    await expect(restoring).rejects.toBeInstanceOf(BackupError);
    expect(await target.store.list('cluster')).toEqual([]);
  });

  test('reports a store whose data differs afterwards', async () => {
    const { lines } = await backedUp((await filled(sqlite)).store);
    const target = await sqlite();
    const forgetful: Store = { ...target.store, append: async () => 1 };
    await expect(restoreBackup(forgetful, () => streamed(lines), target.setClock)).rejects.toThrow(/do not use it/);
  });
});

async function filled(open: Open) {
  const { store, setClock } = await open();
  for (let n = 0; n < 105; n++) await store.write('cluster', `cluster-${n}`, clusterRecord(), undefined);
  await store.write('run', 'run-1', runRecord({ open: true }), undefined);
  await store.write('run', 'run-2', runRecord({ open: false }), undefined);
  const lease = await store.acquireLease('run-1', 'somebody', 60_000);
  if (!lease) throw new Error('no lease');
  await store.append(
    'run-1',
    Array.from({ length: 150 }, (_, n) => stepLogged(`line ${n}`)),
    lease,
  );
  for (let n = 0; n < 4; n++) {
    setClock(new Date(Date.UTC(2026, 1, 1, 0, 0, n)));
    await store.append(
      'run-1',
      Array.from({ length: 10 }, (_, m) => stepLogged(`${n}.${m}`)),
    );
  }
  await store.append('run-2', [stepLogged('a'), stepLogged('b'), stepLogged('c')]);
  const folder = mkdtempSync(join(tmpdir(), 'kthw-backup-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const keyring = openFileKeyring(join(folder, 'key'));
  await createVaultProvider(store, keyring)
    .getVault('demo')
    .getOrCreate('authority/key', () => new Secret('quiet'));
  return { store, keyring };
}

async function backedUp(store: Store) {
  const lines: string[] = [];
  const contents = await createBackup(store, (line) => void lines.push(line), new Date());
  return { lines, contents };
}

async function* streamed(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}
