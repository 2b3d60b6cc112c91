import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';

/** Returns a globally unique name of this process: `PID_NAMESPACE PID RANDOM`. */
export function createLeaseOwnerId(): string {
  return `${getPidNamespace()} ${process.pid} ${randomUUID()}`;
}

/**
 * Returns true if the owner's process certainly has exited: it ran in this PID namespace, and no process has its id. Returns
 * false if unknown.
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

/** Identifies the PID namespace of one boot of one host. Containers have their own. */
function getPidNamespace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return unknownNamespace;
  }
}
