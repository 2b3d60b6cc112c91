import { z } from 'zod';

/** A run's id, as carried by buttons. */
export const runIdSchema = z.string().regex(/^[A-Za-z0-9-]{1,200}$/);
