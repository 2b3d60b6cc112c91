import type { PauseDecision } from '../../store/events.ts';
import type { Person } from '../../store/person.ts';
import type { RecordValue } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { writeOnce } from '../../store/write-once.ts';
import { foldEvents } from '../workflow/run-state.ts';
import type { PauseResult } from './cluster-service.ts';

interface PauseDeps {
  readonly store: Store;
  readonly now: () => Date;
  wake(run: string): void;
}

/**
 * Continues or stops a run at the pause after a chapter. The first decision is recorded once, then appended to the run.
 * After a crash in between, the next click appends it.
 */
export async function continueRun(
  { store, now, wake }: PauseDeps,
  run: string,
  chapter: number,
  decidedBy: Person,
  pauseDecision: PauseDecision,
): Promise<PauseResult> {
  const events = await store.readEvents(run);
  const pauseRequest = events.findLast(({ event }) => event.type === 'pause.requested' && event.chapter === chapter);
  if (!pauseRequest) return { notPaused: true };
  const id = `${run}.${pauseRequest.seq}`;
  const { pendingPause, cancelRequested, outcome } = foldEvents(events);
  const isOpen = pendingPause?.seq === pauseRequest.seq && !cancelRequested && !outcome;
  if (!isOpen) {
    const earlierDecision = (await store.read('decision', id))?.value;
    return earlierDecision ? toAlreadyDecided(earlierDecision) : { notPaused: true };
  }
  const record: RecordValue<'decision'> = {
    run,
    digest: `chapter ${chapter}`,
    approved: pauseDecision !== 'stop',
    pauseDecision,
    decidedBy,
    decidedAt: now().toISOString(),
  };
  const { first, value: winner } = await writeOnce(store, 'decision', id, record);
  // Concurrent clicks may both append the decision. Readers ignore the second event.
  if (foldEvents(await store.readEvents(run)).pendingPause?.seq === pauseRequest.seq) {
    await store.append(run, [
      { type: 'pause.resolved', chapter, actor: winner.decidedBy, decision: winner.pauseDecision ?? 'continue' },
    ]);
  }
  wake(run);
  return first ? { decided: pauseDecision } : toAlreadyDecided(winner);
}

function toAlreadyDecided({ pauseDecision, decidedBy, decidedAt }: RecordValue<'decision'>): PauseResult {
  return { alreadyDecided: pauseDecision ?? 'continue', decidedBy, decidedAt: new Date(decidedAt) };
}
