import type { ScenarioContext } from './scenario.ts';

/** Rebuilds all instances after approval. The kubeconfig issued before the rebuild still works. */
export async function rebuildControllers({ cluster }: ScenarioContext): Promise<void> {
  const { kubectl } = await cluster.create();
  await cluster.assertReadyNodes(3, kubectl);
  await cluster.runApproved('/kthw rebuild demo --from controllers', /: rebuilt/);
  await cluster.assertReadyNodes(3, kubectl);
  if ((await kubectl('auth', 'can-i', '*', '*')) !== 'yes') throw new Error('the old kubeconfig has lost admin access');
  await cluster.delete();
}
