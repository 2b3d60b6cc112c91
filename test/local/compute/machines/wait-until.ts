import { setTimeout as sleep } from 'node:timers/promises';

/** Tries until it's true. @throws Error after the deadline */
export async function until(what: string, met: () => Promise<boolean> | boolean, deadlineMs = 15_000): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!(await met())) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(50);
  }
}
