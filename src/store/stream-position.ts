import { z } from 'zod';

const count = z.number().int().min(0);

/** What both implementations keep of a run besides its events: one small thing, written by compare-and-set. */
export const Head = z.object({
  /** Number of the last event. */
  seq: count,
  /** Of the newest lease; grows with every holder. */
  token: count,
  /** Empty: nobody. */
  holder: z.string(),
  untilMs: count,
});
export type Head = Readonly<z.infer<typeof Head>>;

/** Of a run that nothing was written for. */
export const NO_HEAD: Head = { seq: 0, token: 0, holder: '', untilMs: 0 };
