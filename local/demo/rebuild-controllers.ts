import type { Stack } from '../stack.ts';
import type { ScenarioContext } from './create-and-delete.ts';
import { ScenarioRunner } from './scenario-runner.ts';

/** Rebuilds all instances after approval. The kubeconfig issued before the rebuild still works. */
export async function rebuildControllers(stack: Stack, context: ScenarioContext): Promise<void> {
  const runner = new ScenarioRunner(stack, context);
  await runner.runCommand('/kthw create demo', /: ready/);
  const kubectl = await runner.kubectl();
  await runner.assertReadyNodes(3, kubectl);
  await runner.runApprovedCommand('/kthw rebuild demo --from controllers', /: rebuilt/);
  await runner.assertReadyNodes(3, kubectl);
  if ((await kubectl('auth', 'can-i', '*', '*')) !== 'yes') throw new Error('the old kubeconfig has lost admin access');
  await runner.deleteCluster();
}
