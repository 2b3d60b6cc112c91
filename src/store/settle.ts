import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1000;

/**
 * Tries until `attempt` comes to an end, with pauses of random length that grow, so that writers who met once don't meet
 * again.
 * @param attempt undefined: somebody else wrote at the same moment, look again.
 * @throws Error after `deadlineMs`.
 */
export async function settle<T>(
  doing: string,
  deadlineMs: number,
  attempt: () => Promise<{ readonly done: T } | undefined>,
): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const outcome = await attempt();
    if (outcome !== undefined) return outcome.done;
    if (Date.now() > deadline) {
      throw new Error(
        `${doing}: others kept writing, or Firestore gave no answer, for ${deadlineMs} ms; try again later`,
      );
    }
    await sleep(Math.random() * pauseMs);
  }
}
