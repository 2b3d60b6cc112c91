import { createHash } from 'node:crypto';
import { resolve } from 'node:path';

/** A short name of the run whose state is in `stateDir`: what it makes on the host carries it. */
export function computeEmulatorId(stateDir: string): string {
  return computeDigest(resolve(stateDir)).slice(0, 6);
}

/** Hexadecimal digits that stand for a text where names have to be short. */
export function computeDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
