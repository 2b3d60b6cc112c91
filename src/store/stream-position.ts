import { z } from 'zod';

const count = z.number().int().min(0);

/** What both implementations keep of a run besides its events: one small thing, written by compare-and-set. */
export const StreamPosition = z.object({
  /** Number of the last event. */
  seq: count,
  /** Of the newest lease; grows with every holder. */
  token: count,
  /** Empty: nobody. */
  owner: z.string(),
  expiresAtMs: count,
});
export type StreamPosition = Readonly<z.infer<typeof StreamPosition>>;

/** Of a run that nothing was written for. */
export const INITIAL_POSITION: StreamPosition = { seq: 0, token: 0, owner: '', expiresAtMs: 0 };
