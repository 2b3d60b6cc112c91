import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';

/** A name for this process, unique among all that ever ran: `PLACE PID RANDOM`. */
export function holderOfThisProcess(): string {
  return `${place()} ${process.pid} ${randomUUID()}`;
}

/**
 * Whether the process of that name is surely over: it ran where process ids mean what they mean here, and there is none
 * of its id. False when nobody can know.
 */
export function isGone(holder: string): boolean {
  const [where, pid] = holder.split(' ');
  if (where !== place() || where === unknownPlace || !/^[1-9]\d*$/.test(pid ?? '')) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

const unknownPlace = '?';

/** One boot of one machine, and within it one space of process ids: containers have their own. */
function place(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return unknownPlace;
  }
}
