import type { Lease } from './store.ts';
import { LeaseLost } from './store-errors.ts';
import type { Head } from './stream-position.ts';

/** The head once `holder` has it; undefined while somebody else does. */
export function take(head: Head, holder: string, nowMs: number, ttlMs: number): Head | undefined {
  if (head.holder !== '' && head.holder !== holder && head.untilMs > nowMs) return undefined;
  return { ...head, token: head.token + 1, holder, untilMs: nowMs + ttlMs };
}

/**
 * Passes while the lease's token is the newest and was not given back. One that has run out but that nobody took over
 * still counts: no other runner has written.
 * @throws LeaseLost
 */
export function assertHeld(head: Head, lease: Lease): void {
  if (head.token === lease.token && head.holder === lease.holder) return;
  const now = head.holder === '' ? 'nobody' : JSON.stringify(head.holder);
  throw new LeaseLost(
    `run ${JSON.stringify(lease.run)}: lease ${lease.token} of ${JSON.stringify(lease.holder)} is over (now ${now}, ${head.token}); write nothing more`,
  );
}

/** The lease that a head stands for. */
export function leaseOf(run: string, head: Head): Lease {
  return { run, holder: head.holder, token: head.token, until: new Date(head.untilMs) };
}
