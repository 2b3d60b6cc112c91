import { type Lease, LeaseLost } from './store.ts';
import type { StreamPosition } from './stream-position.ts';

/** Returns the position with a new lease, or undefined while another owner's lease is valid. */
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
 * Asserts that the lease's token is the newest and not released. An expired lease that no other runner has acquired is still
 * valid, because no other runner has written.
 * @throws LeaseLost
 */
export function assertLeaseHeld(position: StreamPosition, lease: Lease): void {
  if (position.token === lease.token && position.owner === lease.owner) return;
  const owner = position.owner === '' ? 'none' : JSON.stringify(position.owner);
  throw new LeaseLost(
    `run ${JSON.stringify(lease.run)}: lease ${lease.token} of ${JSON.stringify(lease.owner)} is lost (current owner ${owner}, token ${position.token}); stop writing`,
  );
}

export function toLease(run: string, position: StreamPosition): Lease {
  return { run, owner: position.owner, token: position.token, expiresAt: new Date(position.expiresAtMs) };
}
