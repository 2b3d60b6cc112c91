import { readFileSync } from 'node:fs';

/** A process, told apart from a later one that got the same number. */
export interface Owner {
  readonly pid: number;
  /** Clock ticks from the machine's boot to the process's start: field 22 of /proc/PID/stat, proc(5). */
  readonly started: string;
}

/** This process. */
export function thisProcess(): Owner {
  return { pid: process.pid, started: startOf(process.pid) ?? '' };
}

/** Whether the very process still runs. */
export function isAlive(owner: Owner): boolean {
  return startOf(owner.pid) === owner.started;
}

function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
