import { z } from 'zod';

const count = z.number().int().min(0);

/** Position and lease of a run's event stream, stored next to its events and written by compare-and-set. */
export const StreamPosition = z.object({
  /** Sequence number of the last event. */
  seq: count,
  /** Fencing token of the newest lease. */
  token: count,
  /** Lease owner; empty without a lease. */
  owner: z.string(),
  expiresAtMs: count,
});
export type StreamPosition = Readonly<z.infer<typeof StreamPosition>>;

/** Position of a run without events and leases. */
export const INITIAL_POSITION: StreamPosition = { seq: 0, token: 0, owner: '', expiresAtMs: 0 };
