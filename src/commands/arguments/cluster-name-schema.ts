import { z } from 'zod';

/** Google's limit for the name of a resource, less room for the longest ending that we add (`-allow-health-check`). */
export const nameLimit = 63 - 23;

/** Compute Engine's rule for names (RFC 1035). */
const rule = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

export const clusterName = z
  .string()
  .max(nameLimit, `at most ${nameLimit} characters, because machines and rules add endings to it`)
  .regex(rule, 'lower-case letters, digits and dashes; it starts with a letter and does not end in a dash')
  .describe('the name of the cluster');
