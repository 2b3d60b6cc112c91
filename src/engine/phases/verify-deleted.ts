import { deriveMutationOptions } from '../gcp/compute/derive-mutation-options.ts';
import { definePhase } from '../steps/cluster-step.ts';
import { listOrphanedResources } from '../steps/orphaned-resources.ts';
import type { StepContext } from '../steps/step-context.ts';
import { markPresent } from '../workflow/observation.ts';
import { stepHandle } from '../workflow/step-handle.ts';

/** Rules and routes do come back: of a network that was deleted, some are there again a moment later (kops#18760). */
const recheckDelayMs = 3_000;

/**
 * The proof at the end of a delete: everything in the project is listed, and listed again, until nothing of the cluster is
 * in it; then nothing of its secrets is kept. It belongs to one operation and is in no other plan. Tutorial, chapter 14.
 */
export const verifyDeleted = definePhase({
  name: 'verify-deleted',
  title: 'Verify nothing is left',
  chapter: 14,
  retry: { attempts: 12, firstDelayMs: 1_000, maxDelayMs: 15_000 },
  steps: () => [
    {
      handle: stepHandle('verify-deleted/resources'),
      title: 'no resources left in the project',
      async observe(c) {
        if ((await listOrphanedResources(c)).length > 0) return { status: 'absent' };
        await c.clock.sleep(recheckDelayMs, c.signal);
        return (await listOrphanedResources(c)).length > 0 ? { status: 'absent' } : markPresent();
      },
      apply: removeOrphanedResources,
    },
    {
      handle: stepHandle('verify-deleted/secrets'),
      title: 'no secrets left in the vault',
      observe: async ({ vault }) => ((await vault.isEmpty()) ? markPresent() : { status: 'absent' }),
      apply: ({ vault }) => vault.deleteAll(),
    },
  ],
});

async function removeOrphanedResources(c: StepContext): Promise<void> {
  for (const { kind, name, remove } of await listOrphanedResources(c)) {
    c.logProgress(`${name} (${kind}) is there still, or again: it is removed`);
    await remove(deriveMutationOptions(c, `${kind} ${name}`));
  }
}
