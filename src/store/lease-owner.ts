import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';

/** A name for this process, unique among all that ever ran: `PLACE PID RANDOM`. */
export function createLeaseOwnerId(): string {
  return `${getPidNamespace()} ${process.pid} ${randomUUID()}`;
}

/**
 * Whether the process of that name is surely over: it ran where process ids mean what they mean here, and there is none
 * of its id. False when nobody can know.
 */
export function hasOwnerExited(owner: string): boolean {
  const [namespace, pid] = owner.split(' ');
  if (namespace !== getPidNamespace() || namespace === unknownNamespace || !/^[1-9]\d*$/.test(pid ?? '')) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

const unknownNamespace = '?';

/** One boot of one machine, and within it one space of process ids: containers have their own. */
function getPidNamespace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return unknownNamespace;
  }
}
