import type { Lease } from './store.ts';
import { LeaseLost } from './store-errors.ts';
import type { StreamPosition } from './stream-position.ts';

/** The head once `holder` has it; undefined while somebody else does. */
export function claimLease(
  position: StreamPosition,
  owner: string,
  nowMs: number,
  ttlMs: number,
): StreamPosition | undefined {
  if (position.owner !== '' && position.owner !== owner && position.expiresAtMs > nowMs) return undefined;
  return { ...position, token: position.token + 1, owner, expiresAtMs: nowMs + ttlMs };
}

/**
 * Passes while the lease's token is the newest and was not given back. One that has run out but that nobody took over
 * still counts: no other runner has written.
 * @throws LeaseLost
 */
export function assertLeaseHeld(position: StreamPosition, lease: Lease): void {
  if (position.token === lease.token && position.owner === lease.owner) return;
  const now = position.owner === '' ? 'nobody' : JSON.stringify(position.owner);
  throw new LeaseLost(
    `run ${JSON.stringify(lease.run)}: lease ${lease.token} of ${JSON.stringify(lease.owner)} is over (now ${now}, ${position.token}); write nothing more`,
  );
}

/** The lease that a head stands for. */
export function toLease(run: string, position: StreamPosition): Lease {
  return { run, owner: position.owner, token: position.token, expiresAt: new Date(position.expiresAtMs) };
}
