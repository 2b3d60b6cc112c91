import { readFile } from 'node:fs/promises';
import type { Stack } from '../../../local/stack.ts';

export interface Watch {
  /** Number of kills and restarts of the bot. */
  readonly kills: number;
  /** Aborted when the bot exits for another reason or fails to restart. */
  readonly broken: AbortSignal;
  /** Stops restarting the bot. */
  end(): Promise<void>;
}

/** Restarts the bot after each kill, as an init system does. @param logFile the bot's log, to explain other exits */
export function keepAlive(stack: Stack, logFile: string): Watch {
  const over = Promise.withResolvers<undefined>();
  let kills = 0;
  const watching = watch();
  const broken = new AbortController();
  watching.catch((error) => broken.abort(error));

  async function watch(): Promise<void> {
    for (let bot = stack.bot; ; ) {
      const why = await Promise.race([bot.exitReason, over.promise]);
      if (why === undefined) return;
      if (!why.includes('SIGKILL')) throw new Error(`the bot exited without a kill: ${why}\n${await endOfLog()}`);
      kills++;
      bot = await stack.restartBot().catch(async (error: Error) => {
        throw new Error(`${error.message}\n${await endOfLog()}`);
      });
    }
  }

  async function endOfLog(): Promise<string> {
    return (await readFile(logFile, 'utf8')).slice(-2_000);
  }

  return {
    broken: broken.signal,
    get kills() {
      return kills;
    },
    async end() {
      over.resolve(undefined);
      await watching;
    },
  };
}
