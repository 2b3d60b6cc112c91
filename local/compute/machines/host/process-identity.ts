import { readFileSync } from 'node:fs';

/** A process, told apart from a later one that got the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from the machine's boot to the process's start: field 22 of /proc/PID/stat, proc(5). */
  readonly startTime: string;
}

/** This process. */
export function getCurrentProcess(): ProcessIdentity {
  return { pid: process.pid, startTime: readStartTime(process.pid) ?? '' };
}

/** Whether the very process still runs. */
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
