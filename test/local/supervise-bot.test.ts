import { expect, test } from 'vitest';
import type { Service } from '../../local/service.ts';
import type { Stack } from '../../local/stack.ts';
import { superviseBot } from '../../local/supervise-bot.ts';

/** A stack whose bot exits immediately for the first `exits` times. */
function createStack(exits: number): Stack {
  let starts = 0;
  const createBot = () => {
    const exitReason = starts++ < exits ? Promise.resolve('bot exited') : new Promise<string>(() => {});
    return { exitReason } as Service;
  };
  let bot = createBot();
  return {
    get bot() {
      return bot;
    },
    async restartBot() {
      bot = createBot();
    },
  } as Stack;
}

test('restarts the bot with increasing delays while it exits early', async () => {
  const lines: string[] = [];
  const supervisor = superviseBot(createStack(4), { log: (line) => lines.push(line), firstDelayMs: 5 });
  await expect.poll(() => supervisor.restartCount).toBe(4);
  const delays = lines.flatMap((line) => /bot exited\. Restarting it in ([\d.]+) s/.exec(line)?.[1] ?? []);
  expect(delays).toEqual(['0.005', '0.01', '0.02', '0.04']);
  await supervisor.stop();
});

test('does not restart the bot after it is stopped', async () => {
  const supervisor = superviseBot(createStack(1), { log: () => {}, firstDelayMs: 60_000 });
  await supervisor.stop();
  expect(supervisor.restartCount).toBe(0);
});

test('retries when the bot exits before it is ready', async () => {
  let attempts = 0;
  const stack = {
    bot: { exitReason: Promise.resolve('bot exited') },
    async restartBot() {
      attempts++;
      throw new Error('bot exited');
    },
  } as unknown as Stack;
  const supervisor = superviseBot(stack, { log: () => {}, firstDelayMs: 1 });
  await expect.poll(() => attempts).toBeGreaterThan(2);
  await supervisor.stop();
});
