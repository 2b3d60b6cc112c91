import { execFileSync } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { createLeaseOwnerId, hasOwnerExited } from '../../src/store/lease-owner.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';

const minuteMs = 60_000;

test('frees the run of a killed runner before its lease expires', async () => {
  const store = openStore();
  expect(await store.acquireLease('r1', holderOfAProcessThatEnded(), minuteMs)).toBeDefined();
  expect(await store.acquireLease('r1', createLeaseOwnerId(), minuteMs)).toMatchObject({ token: 2 });
});

test('keeps the run of a live runner', async () => {
  const store = openStore();
  expect(await store.acquireLease('r1', createLeaseOwnerId(), minuteMs)).toBeDefined();
  expect(await store.acquireLease('r1', createLeaseOwnerId(), minuteMs)).toBeUndefined();
});

test.each([
  ['another machine, or this one before it was started anew', (ended: string) => ended.replace(/^[^/]+/, 'other-boot')],
  ['another container', (ended: string) => ended.replace(/pid:\[\d+\]/, 'pid:[1]')],
  ['a place that has no name', (ended: string) => ended.replace(/^\S+/, '?')],
  ['a release that named itself otherwise', () => 'd3b07384-d9a0-4c9b-8f3e-111111111111'],
])('treats a process of %s as possibly alive', (_, change) => {
  const ended = holderOfAProcessThatEnded();
  expect(hasOwnerExited(ended)).toBe(true);
  expect(hasOwnerExited(change(ended))).toBe(false);
});

function openStore() {
  const store = openSqliteStore({ path: ':memory:', hasOwnerExited });
  onTestFinished(() => store.close());
  return store;
}

function holderOfAProcessThatEnded(): string {
  const code = `import { createLeaseOwnerId } from '${import.meta.resolve('../../src/store/lease-owner.ts')}';
    process.stdout.write(createLeaseOwnerId());`;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8' });
}
