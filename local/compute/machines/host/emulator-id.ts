import { createHash } from 'node:crypto';
import { resolve } from 'node:path';

/** Short ID of the emulator with this state directory; part of the name of everything it creates on the host. */
export function computeEmulatorId(stateDir: string): string {
  return computeDigest(resolve(stateDir)).slice(0, 6);
}

/** Hexadecimal hash of a text, for names with a length limit. */
export function computeDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
