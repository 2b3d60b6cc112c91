import { createHash } from 'node:crypto';

/** A digest as OCI writes it: `sha256:` and hex. */
export function computeDigest(content: Buffer | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
