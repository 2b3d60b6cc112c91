import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClusterModel } from './cluster-model.ts';
import { actionSequences, type ModelAction } from './model-actions.ts';

/** The same sequences in each run. `KTHW_MODEL_SEQUENCES=1000 KTHW_MODEL_SEED=2` searches others. */
const numRuns = Number(process.env.KTHW_MODEL_SEQUENCES ?? 40);
const seed = Number(process.env.KTHW_MODEL_SEED ?? 1);

async function findViolations(actions: readonly ModelAction[]): Promise<readonly string[]> {
  const model = new ClusterModel();
  try {
    for (const action of actions) await model.apply(action);
    await model.settle();
    return model.violations;
  } finally {
    await model.close();
  }
}

describe('two users, rejections, cancellations and crashes', () => {
  test(`keep all invariants in ${numRuns} random sequences`, { timeout: 120_000 + numRuns * 2_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(actionSequences, async (actions) => {
        expect(await findViolations(actions)).toEqual([]);
      }),
      { numRuns, seed },
    );
  });
});
