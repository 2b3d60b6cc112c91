import { z } from 'zod';

/** Google's limit for the name of a resource, less room for the longest ending that we add (`-allow-health-check`). */
export const maxNameLength = 63 - 23;

/** Compute Engine's rule for names (RFC 1035). */
const namePattern = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

export const clusterNameSchema = z
  .string()
  .max(maxNameLength, `at most ${maxNameLength} characters, because machines and rules add endings to it`)
  .regex(namePattern, 'lower-case letters, digits and dashes; it starts with a letter and does not end in a dash')
  .describe('the name of the cluster');
