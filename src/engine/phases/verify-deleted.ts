import { leftovers } from '../steps/orphaned-resources.ts';
import { callOf } from '../workflow/derive-mutation-options.ts';
import { type Context, definePhase, present } from '../workflow/step.ts';

/** Rules and routes do come back: of a network that was deleted, some are there again a moment later (kops#18760). */
const againMs = 3_000;

/**
 * The proof at the end of a delete: everything in the project is listed, and listed again, until nothing of the cluster is
 * in it; then nothing of its secrets is kept. It belongs to one operation and is in no other plan. Tutorial, chapter 14.
 */
export const gonePhase = definePhase({
  name: 'gone',
  title: 'Nothing is left',
  chapter: 14,
  after: [],
  retry: { attempts: 12, firstDelayMs: 1_000, maxDelayMs: 15_000 },
  steps: () => [
    {
      key: 'gone/project',
      title: 'nothing of it in the project, looked at twice',
      async observe(c) {
        if ((await leftovers(c)).length > 0) return { is: 'absent' };
        await c.clock.sleep(againMs, c.signal);
        return (await leftovers(c)).length > 0 ? { is: 'absent' } : present();
      },
      apply: removeAll,
    },
    {
      key: 'gone/secrets',
      title: 'none of its secrets kept',
      observe: async ({ vault }) => ((await vault.isEmpty()) ? present() : { is: 'absent' }),
      apply: ({ vault }) => vault.shred(),
    },
  ],
});

async function removeAll(c: Context): Promise<void> {
  for (const { kind, name, remove } of await leftovers(c)) {
    c.say(`${name} (${kind}) is there still, or again: it is removed`);
    await remove(callOf(c, `${kind} ${name}`));
  }
}
