import { KthwError } from '../cluster/errors.ts';
import { definePhase } from '../steps/cluster-step.ts';
import { listDeletionBlockers } from '../steps/deletion-blockers.ts';
import { markPresent } from '../workflow/observation.ts';
import { stepHandle } from '../workflow/step-handle.ts';

/**
 * Fails before anything is deleted if foreign resources use the network, the subnet or the address, or if an instance is
 * protected against deletion. Only delete runs this phase. Tutorial, chapter 14.
 */
export const verifyDeletable = definePhase({
  name: 'verify-deletable',
  title: 'Verify everything can be deleted',
  chapter: 14,
  steps: () => [
    {
      handle: stepHandle('verify-deletable/blockers'),
      title: 'no foreign resources in the network, no deletion protection',
      async observe(c) {
        const blockers = await listDeletionBlockers(c);
        if (blockers.length > 0) throw new KthwError('deletion-blocked', { blockers });
        return markPresent();
      },
    },
  ],
});
