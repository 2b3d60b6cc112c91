import type { Stack } from '../stack.ts';
import type { ScenarioContext } from './create-and-delete.ts';
import { ScenarioRunner } from './scenario-runner.ts';

/** All machines taken down and made anew, once that is approved: the kubeconfig from before still works. */
export async function rebuildControllers(stack: Stack, context: ScenarioContext): Promise<void> {
  const runner = new ScenarioRunner(stack, context);
  await runner.runCommand('/kthw create demo', /: ready/);
  const kubectl = await runner.kubectl();
  await runner.assertReadyNodes(3, kubectl);
  await runner.runApprovedCommand('/kthw rebuild demo --from controllers', /: rebuilt/);
  await runner.assertReadyNodes(3, kubectl);
  if ((await kubectl('auth', 'can-i', '*', '*')) !== 'yes')
    throw new Error('the kubeconfig from before may not administer the cluster any more');
  await runner.deleteCluster();
}
