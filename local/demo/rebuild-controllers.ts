import type { Stack } from '../stack.ts';
import type { Scene } from './create-and-delete.ts';
import { Stage } from './scenario-runner.ts';

/** All machines taken down and made anew, once that is approved: the kubeconfig from before still works. */
export async function rebuilt(stack: Stack, scene: Scene): Promise<void> {
  const stage = new Stage(stack, scene);
  await stage.done('/kthw create demo', /: ready/);
  const kubectl = await stage.kubectl();
  await stage.nodesAre(3, kubectl);
  await stage.approved('/kthw rebuild demo --from controllers', /: rebuilt/);
  await stage.nodesAre(3, kubectl);
  if ((await kubectl('auth', 'can-i', '*', '*')) !== 'yes')
    throw new Error('the kubeconfig from before may not administer the cluster any more');
  await stage.delete();
}
