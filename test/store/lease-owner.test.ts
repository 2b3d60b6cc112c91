import { execFileSync } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { createLeaseOwnerId, hasOwnerExited } from '../../src/store/lease-owner.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';

const minuteMs = 60_000;

test('a run whose runner was killed is free at once, though its lease has not run out', async () => {
  const store = openStore();
  expect(await store.acquireLease('r1', holderOfAProcessThatEnded(), minuteMs)).toBeDefined();
  expect(await store.acquireLease('r1', createLeaseOwnerId(), minuteMs)).toMatchObject({ token: 2 });
});

test('a run whose runner lives stays with it', async () => {
  const store = openStore();
  expect(await store.acquireLease('r1', createLeaseOwnerId(), minuteMs)).toBeDefined();
  expect(await store.acquireLease('r1', createLeaseOwnerId(), minuteMs)).toBeUndefined();
});

test.each([
  ['another machine, or this one before it was started anew', (ended: string) => ended.replace(/^[^/]+/, 'other-boot')],
  ['another container', (ended: string) => ended.replace(/pid:\[\d+\]/, 'pid:[1]')],
  ['a place that has no name', (ended: string) => ended.replace(/^\S+/, '?')],
  ['a release that named itself otherwise', () => 'd3b07384-d9a0-4c9b-8f3e-111111111111'],
])('nobody can know whether a process of %s is over', (_, change) => {
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
