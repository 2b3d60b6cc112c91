import { deriveMutationOptions } from '../gcp/compute/derive-mutation-options.ts';
import { definePhase } from '../steps/cluster-step.ts';
import { listOrphanedResources } from '../steps/orphaned-resources.ts';
import type { StepContext } from '../steps/step-context.ts';
import { markPresent } from '../workflow/observation.ts';
import { stepHandle } from '../workflow/step-handle.ts';

/** Firewall rules and routes of a deleted network can reappear moments later (kops#18760). */
const recheckDelayMs = 3_000;

/**
 * Lists the project's resources until none of the cluster is left, twice in a row. Then verifies that the vault is empty.
 * Only delete runs this phase. Tutorial, chapter 14.
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
    c.logProgress(`${name} (${kind}) still exists, or exists again; deleting it`);
    await remove(deriveMutationOptions(c, `${kind} ${name}`));
  }
}
