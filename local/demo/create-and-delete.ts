import type { ScenarioContext } from './scenario.ts';

/** Main scenario: `/kthw create demo`, kubectl with the kubeconfig from the DM, `/kthw delete demo`. */
export async function createAndDelete({ environment, cluster }: ScenarioContext): Promise<void> {
  const { log, workspace } = environment;
  const { kubectl, summary } = await cluster.create();
  log(`\n${await cluster.conversation.readThread(summary)}`);
  await cluster.assertReadyNodes(3, kubectl);
  if ((await kubectl('auth', 'can-i', '*', '*')) !== 'yes') throw new Error('the kubeconfig has no admin access');
  await cluster.delete();
  const calls = Object.entries(await workspace.getCallCounts()).map(([method, { calls }]) => `${method} ${calls}`);
  log(`Slack API calls: ${calls.join(', ')}`);
}
