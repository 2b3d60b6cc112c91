import { createHash } from 'node:crypto';

/** A digest in OCI format: `sha256:` and hex. */
export function computeDigest(content: Buffer | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
