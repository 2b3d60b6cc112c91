import { stripVTControlCharacters } from 'node:util';
import type { Instance } from '../cluster/cluster.ts';
import type { StepContext } from './step-context.ts';

/** Enough for some lines of a boot log. */
const byteCount = 4_096;
const maxLineLength = 200;

/**
 * Last line of an instance's serial console: how far its boot is, or why it stopped. Undefined: unknown. Ubuntu prints the
 * public SSH host keys there, which are skipped. kthw has no startup script, so nothing of its own is printed.
 */
export async function describeConsole(c: StepContext, { name }: Instance): Promise<string | undefined> {
  const output = await c.compute.getSerialOutput({ name, zone: c.cluster.zone }, byteCount, c.signal);
  const line = output
    .split('\n')
    // A terminal shows only what follows the last carriage return.
    .map((one) => one.trimEnd().split('\r').at(-1) ?? '')
    .map((one) =>
      stripVTControlCharacters(one)
        .replace(/\p{Cc}/gu, '')
        .trim(),
    )
    .findLast((one) => one !== '' && !/^(ssh-|ecdsa-|-----)/.test(one));
  return line === undefined ? undefined : `serial console of ${name}: ${line.slice(0, maxLineLength)}`;
}
