import { describe, expect, test } from 'vitest';
import { phases } from '../../../src/engine/phases/sort-phases.ts';
import { definePhase } from '../../../src/engine/steps/cluster-step.ts';
import { hostStep } from '../../../src/engine/steps/host-step.ts';
import { stepHandle } from '../../../src/engine/workflow/step-handle.ts';
import { findUnsatisfiableCheck } from '../../fakes/host-script.ts';
import { recordStep } from '../../fakes/record-step.ts';
import { buildCluster } from '../../fixtures/cluster.ts';

const cluster = buildCluster({ controllers: 3, workers: 2 });

/** Sentences about the steps of phases whose check nothing can satisfy, and the number of host steps. */
async function inspect(list: typeof phases) {
  const steps = list.flatMap((phase) => phase.steps(cluster));
  const recorded = await Promise.all(
    steps.map(async (step) => ({ key: step.handle.key, scripts: (await recordStep(step, cluster)).scripts })),
  );
  const hostSteps = recorded.filter(({ scripts }) => scripts.length > 0);
  return {
    hostSteps: hostSteps.map(({ key }) => key),
    problems: hostSteps.flatMap(({ key, scripts }) => findUnsatisfiableCheck(key, scripts) ?? []),
  };
}

describe('host steps', () => {
  test('have an apply script that can satisfy their check', async () => {
    const { hostSteps, problems } = await inspect(phases);
    expect(problems).toEqual([]);
    expect(hostSteps.length).toBeGreaterThan(40);
  });

  test('are named if their check has no apply script', async () => {
    const [instance] = cluster.workerInstances;
    if (!instance) throw new Error('the cluster has no worker');
    const phase = definePhase({
      name: 'toy',
      title: 'Toy',
      chapter: 9,
      steps: () => [
        hostStep({ handle: stepHandle('toy/check-only'), title: 'Toy', instance, checkScript: () => 'test -e /toy' }),
      ],
    });
    const { problems } = await inspect([phase]);
    expect(problems).toEqual([expect.stringContaining('step toy/check-only has a checkScript but no applyScript')]);
  });
});
