import { z } from 'zod';

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const [minTtlMs, maxTtlMs] = [30 * unitMs.m, 90 * unitMs.d];

/** A time to live such as `8h`, from 30 minutes to 90 days, in milliseconds. */
export const ttlSchema = z
  .string()
  .regex(/^[1-9]\d{0,3}[mhd]$/, 'use the form 8h or 2d')
  .transform((text) => Number(text.slice(0, -1)) * unitMs[text.at(-1) as keyof typeof unitMs])
  .refine((ms) => ms >= minTtlMs && ms <= maxTtlMs, 'from 30m to 90d');
