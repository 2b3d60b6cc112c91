import { z } from 'zod';

export const machineTypeSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,61}$/, 'not a machine type; use the form e2-standard-2');
