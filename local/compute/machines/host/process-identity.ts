import { readFileSync } from 'node:fs';

/** A process ID plus start time, because the kernel reuses process IDs. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to process start: field 22 of /proc/PID/stat, proc(5). */
  readonly startTime: string;
}

/** Identifies the current process. */
export function getCurrentProcess(): ProcessIdentity {
  return { pid: process.pid, startTime: readStartTime(process.pid) ?? '' };
}

/** True if the process is running and its ID was not reused. */
export function isAlive(owner: ProcessIdentity): boolean {
  return readStartTime(owner.pid) === owner.startTime;
}

function readStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
