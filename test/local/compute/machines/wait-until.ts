import { setTimeout as sleep } from 'node:timers/promises';

/** Polls until the condition is true. @throws Error after the timeout */
export async function until(what: string, met: () => Promise<boolean> | boolean, deadlineMs = 15_000): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!(await met())) {
    if (Date.now() > deadline) throw new Error(`timed out waiting until ${what}`);
    await sleep(50);
  }
}
