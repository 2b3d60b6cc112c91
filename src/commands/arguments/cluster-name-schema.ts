import { z } from 'zod';

/** Google's limit for resource names, minus the longest suffix (`-allow-health-check`). */
export const maxNameLength = 63 - 23;

/** Compute Engine's rule for names (RFC 1035). */
const namePattern = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

export const clusterNameSchema = z
  .string()
  .max(maxNameLength, `at most ${maxNameLength} characters, because resource names add suffixes`)
  .regex(namePattern, 'use lower-case letters, digits and hyphens; start with a letter and don’t end with a hyphen')
  .describe('name of the cluster');

export const machineTypeSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,61}$/, 'not a machine type; use the form e2-standard-2');
