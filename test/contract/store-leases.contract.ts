import { describe, expect, test } from 'vitest';
import { type Lease, LeaseLost, type Store } from '../../src/store/store.ts';
import { FakeClock } from '../fakes/clock.ts';
import { stepLogged } from '../support/store-fixtures.ts';
import type { StoreUnderTest } from './store.contract.ts';

const TTL_MS = 30_000;

export function leasesContract(fresh: () => Promise<StoreUnderTest>): void {
  describe('leases', () => {
    test('are held by exactly one of 20 concurrent runners', async () => {
      const { open } = await fresh();
      const stores = await Promise.all(Array.from({ length: 4 }, () => open()));
      const attempts = Array.from({ length: 20 }, (_, n) => stores[n % 4]?.acquireLease('r1', `runner ${n}`, TTL_MS));
      const leases = (await Promise.all(attempts)).filter((lease) => lease !== undefined);
      expect(leases).toHaveLength(1);
      expect(leases[0]?.token).toBe(1);
    });

    test('expire, and the next owner has a higher token', async () => {
      const { open } = await fresh();
      const clock = new FakeClock();
      const [a, b] = [await open(clock.now), await open(clock.now)];
      const first = await acquire(a, 'a');
      expect(first).toEqual({ run: 'r1', owner: 'a', token: 1, expiresAt: new Date(clock.now().getTime() + TTL_MS) });
      clock.advance(TTL_MS - 1);
      expect(await b.acquireLease('r1', 'b', TTL_MS)).toBeUndefined();
      clock.advance(1);
      const second = await acquire(b, 'b');
      expect(second.token).toBe(2);
      expect(await a.acquireLease('r1', 'a', TTL_MS)).toBeUndefined();
    });

    test('can be renewed', async () => {
      const { open } = await fresh();
      const clock = new FakeClock();
      const [a, b] = [await open(clock.now), await open(clock.now)];
      const lease = await acquire(a, 'a');
      clock.advance(TTL_MS - 1);
      const renewed = await a.renewLease(lease, TTL_MS);
      expect(renewed).toEqual({ ...lease, expiresAt: new Date(clock.now().getTime() + TTL_MS) });
      clock.advance(TTL_MS - 1);
      expect(await b.acquireLease('r1', 'b', TTL_MS)).toBeUndefined();
    });

    test('can be renewed after expiry if not acquired by another owner', async () => {
      const { open } = await fresh();
      const clock = new FakeClock();
      const a = await open(clock.now);
      const lease = await acquire(a, 'a');
      clock.advance(TTL_MS * 2);
      expect((await a.renewLease(lease, TTL_MS)).token).toBe(lease.token);
    });

    test('acquired again by the same owner get a new token and invalidate the old one', async () => {
      const { open } = await fresh();
      const [a, again] = [await open(), await open()];
      const first = await acquire(a, 'a');
      await a.append('r1', [stepLogged('warm')], first);
      const second = await acquire(again, 'a');
      expect(second.token).toBe(first.token + 1);
      await expect(a.append('r1', [stepLogged('late')], first)).rejects.toThrow(LeaseLost);
      expect(await again.append('r1', [stepLogged('mine')], second)).toBe(2);
    });

    test('that were lost can’t write, renew or release', async () => {
      const { open } = await fresh();
      const clock = new FakeClock();
      const [a, b, c] = [await open(clock.now), await open(clock.now), await open(clock.now)];
      const lost = await acquire(a, 'a');
      await a.append('r1', [stepLogged('in time')], lost);
      clock.advance(TTL_MS);
      const lease = await acquire(b, 'b');
      await expect(a.append('r1', [stepLogged('too late')], lost)).rejects.toThrow(LeaseLost);
      await expect(a.append('r1', [], lost)).rejects.toThrow(LeaseLost);
      await expect(a.renewLease(lost, TTL_MS)).rejects.toThrow(LeaseLost);
      await a.releaseLease(lost);
      expect(await c.acquireLease('r1', 'c', TTL_MS)).toBeUndefined();
      expect(await b.append('r1', [stepLogged('mine')], lease)).toBe(2);
      expect((await c.readEvents('r1')).map(({ event }) => event)).toEqual([stepLogged('in time'), stepLogged('mine')]);
    });

    test('are free immediately after release, and lost for the previous owner', async () => {
      const { open } = await fresh();
      const [a, b] = [await open(), await open()];
      const lease = await acquire(a, 'a');
      await a.releaseLease(lease);
      await a.releaseLease(lease);
      await expect(a.append('r1', [stepLogged('late')], lease)).rejects.toThrow(LeaseLost);
      await expect(a.renewLease(lease, TTL_MS)).rejects.toThrow(LeaseLost);
      expect((await acquire(b, 'b')).token).toBe(2);
    });

    test('that never existed are lost', async () => {
      const store = await (await fresh()).open();
      const made: Lease = { run: 'r1', owner: 'a', token: 1, expiresAt: new Date(8.64e15) };
      await expect(store.append('r1', [stepLogged('never')], made)).rejects.toThrow(LeaseLost);
      await expect(store.renewLease(made, TTL_MS)).rejects.toThrow(LeaseLost);
      await store.releaseLease(made);
      expect(await store.readEvents('r1')).toEqual([]);
    });

    test('do not block user events and are not affected by them', async () => {
      const { open } = await fresh();
      const [runner, command] = [await open(), await open()];
      const lease = await acquire(runner, 'a');
      const cancel = { type: 'run.cancelRequested', actor: { team: 'T1', user: 'U1' } } as const;
      expect(await runner.append('r1', [stepLogged('one')], lease)).toBe(1);
      expect(await command.append('r1', [cancel])).toBe(2);
      expect(await runner.append('r1', [stepLogged('two')], lease)).toBe(3);
      const renewed = await runner.renewLease(lease, TTL_MS);
      await Promise.all([
        ...Array.from({ length: 10 }, (_, n) => runner.append('r1', [stepLogged(`${n}`)], renewed)),
        ...Array.from({ length: 10 }, () => command.append('r1', [cancel])),
      ]);
      const seqs = (await command.readEvents('r1')).map(({ seq }) => seq);
      expect(seqs).toEqual(Array.from({ length: 23 }, (_, n) => n + 1));
    });
  });
}

async function acquire(store: Store, owner: string): Promise<Lease> {
  const lease = await store.acquireLease('r1', owner, TTL_MS);
  if (lease === undefined) throw new Error(`${owner} did not get the run`);
  return lease;
}
