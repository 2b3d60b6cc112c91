import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from './stack.ts';

export interface BotSupervisor {
  readonly restartCount: number;
  /** Stops restarting the bot; does not stop the bot. */
  stop(): Promise<void>;
}

export interface BotSupervisorOptions {
  readonly log: (line: string) => void;
  /** Called with the reason when the bot exits. */
  readonly onExit?: (reason: string) => void;
  /** Delay before the first restart; doubled while the bot keeps exiting early. @default 1 second */
  readonly firstDelayMs?: number;
}

const maxDelayMs = 30_000;
/** A bot that ran for this long resets the delay. */
const stableMs = 60_000;

/** Restarts the bot whenever it exits, until stopped. */
export function superviseBot(stack: Stack, options: BotSupervisorOptions): BotSupervisor {
  const { log, onExit = () => {}, firstDelayMs = 1_000 } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  let restartCount = 0;

  async function restartRepeatedly(): Promise<void> {
    for (let delayMs = firstDelayMs; ; delayMs = Math.min(2 * delayMs, maxDelayMs)) {
      const startedMs = Date.now();
      const reason = await Promise.race([stack.bot.exitReason, stopped]);
      if (reason === undefined) return;
      onExit(reason);
      if (Date.now() - startedMs > stableMs) delayMs = firstDelayMs;
      log(`${reason}. Restarting it in ${delayMs / 1_000} s; emulators and instances keep running.`);
      await sleep(delayMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      restartCount++;
      const isRunning = await stack.restartBot().then(
        () => true,
        () => false,
      );
      if (isRunning) log('The bot is running again. It resumes open runs.');
    }
  }

  const restarting = restartRepeatedly();
  return {
    get restartCount() {
      return restartCount;
    },
    async stop() {
      stopping.abort();
      await restarting;
    },
  };
}
