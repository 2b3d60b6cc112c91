import { minuteMs } from '../driver/cluster-driver.ts';
import type { ScenarioContext } from './scenario.ts';

/** Kills the bot in the middle of a create. The supervisor restarts it, and the same run continues. */
export async function crashBot({ environment, cluster }: ScenarioContext): Promise<void> {
  const { log, stack, workspace, signal } = environment;
  const { conversation } = cluster;
  const run = await cluster.start('/kthw create demo --controllers 1 --workers 1');
  // Instances exist by then, and most phases are left.
  await workspace.waitFor(
    async () => (await conversation.listSummaries('demo')).some(({ text }) => /[5-9] of/.test(text)),
    {
      deadlineMs: 10 * minuteMs,
      signal,
      description: 'five finished phases',
    },
  );
  const { pid } = stack.bot;
  log(`\nKilling the bot (process ${pid}) with SIGKILL.`);
  stack.bot.kill('SIGKILL');
  const summary = await cluster.waitForSuccess('create', run, /: ready/);
  if (stack.bot.pid === pid) throw new Error('the bot was not restarted');
  const thread = await conversation.readThread(summary);
  log(`\n${thread}`);
  if (/❌/u.test(thread)) throw new Error('the thread reports a failure');
  await cluster.assertReadyNodes(1, await cluster.createKubectl());
  await cluster.delete();
}
