import type { Onward, Person } from '../../store/events.ts';
import type { RecordOf } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { writeOnce } from '../../store/write-once.ts';
import { folded } from '../workflow/run-state.ts';
import type { PauseAnswer } from './cluster-service-types.ts';

interface Tools {
  readonly store: Store;
  readonly now: () => Date;
  poke(run: string): void;
}

/**
 * Goes on from the pause after a chapter. The first answer is written once, then told to the run: should the process end in
 * between, the next press of anybody tells it.
 */
export async function goOn(
  { store, now, poke }: Tools,
  run: string,
  chapter: number,
  by: Person,
  how: Onward,
): Promise<PauseAnswer> {
  const events = await store.events(run);
  const asked = events.findLast(({ event }) => event.type === 'pause.asked' && event.chapter === chapter);
  if (!asked) return { past: true };
  const id = `${run}.${asked.seq}`;
  const { paused, cancelAsked, over } = folded(events);
  const isOpen = paused?.seq === asked.seq && !cancelAsked && !over;
  if (!isOpen) {
    const given = (await store.read('answer', id))?.value;
    return given ? told(given) : { past: true };
  }
  const answer: RecordOf<'answer'> = {
    run,
    digest: `chapter ${chapter}`,
    yes: how !== 'stop',
    how,
    by,
    at: now().toISOString(),
  };
  const { first, value: winner } = await writeOnce(store, 'answer', id, answer);
  // Two presses may both tell it; the second finds nothing to change.
  if (folded(await store.events(run)).paused?.seq === asked.seq) {
    await store.append(run, [{ type: 'pause.over', chapter, by: winner.by, how: winner.how ?? 'next' }]);
  }
  poke(run);
  return first ? { went: how } : told(winner);
}

function told({ how, by, at }: RecordOf<'answer'>): PauseAnswer {
  return { already: how ?? 'next', by, at: new Date(at) };
}
