import type { Person, StoredEvent } from '../../store/events.ts';
import type { RecordOf } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { writeOnce } from '../../store/write-once.ts';
import { folded, type RunState } from '../workflow/run-state.ts';
import type { ApprovalView, Decision } from './cluster-service-types.ts';

interface Tools {
  readonly store: Store;
  readonly now: () => Date;
  poke(run: string): void;
}

/** The question that a run waits for an answer to. */
export async function pendingApproval({ store }: Tools, run: string): Promise<ApprovalView | undefined> {
  const record = (await store.read('run', run))?.value;
  const { asked, over } = folded(await store.events(run));
  if (!record || !asked || over) return undefined;
  const { digest, destroys, expiresAt } = asked;
  return { run, cluster: record.cluster, operation: record.operation, digest, destroys, askedBy: record.by, expiresAt };
}

/**
 * An answer to exactly what was shown. The first valid one is written once, then told to the run: should the process end
 * in between, the next press of anybody tells it.
 */
export async function decide(tools: Tools, run: string, digest: string, by: Person, yes: boolean): Promise<Decision> {
  const { store, now, poke } = tools;
  const state = folded(await store.events(run));
  const question = state.asked;
  if (!question || question.digest !== digest) return await answeredBefore(tools, run, digest, state);
  if (state.over) return { dead: 'over' };
  if (question.expiresAt <= now()) {
    // The runner ends the run that nobody answered.
    poke(run);
    return { dead: 'expired' };
  }
  const id = `${run}.${question.seq}`;
  const answer: RecordOf<'answer'> = { run, digest, yes, by, at: now().toISOString() };
  const { first, value: winner } = await writeOnce(store, 'answer', id, answer);
  const type = winner.yes ? 'approval.given' : 'approval.refused';
  // Two presses may both tell it; the second finds nothing to change.
  if (folded(await store.events(run)).asked?.seq === question.seq) {
    await store.append(run, [{ type, digest, by: winner.by }]);
  }
  poke(run);
  const decided = winner.yes ? 'given' : 'refused';
  return first ? { decided } : { already: decided, by: winner.by, at: new Date(winner.at) };
}

/**
 * Whether the answer at `seq` counts: two presses at once may both have told the first one, and a question may have been
 * replaced in between. @param events all of the run
 */
export function isAnswer(events: readonly StoredEvent[], seq: number): boolean {
  const told = answerAt(events.find((one) => one.seq === seq));
  const before = events.filter((one) => one.seq < seq);
  const asked = before.findLastIndex(({ event }) => event.type === 'approval.asked');
  const question = before[asked]?.event;
  if (told === undefined || question?.type !== 'approval.asked' || question.digest !== told) return false;
  return !before.slice(asked).some((one) => answerAt(one) === told);
}

/** What an answer is to; undefined for anything else. */
function answerAt(stored: StoredEvent | undefined): string | undefined {
  const { event } = stored ?? {};
  return event?.type === 'approval.given' || event?.type === 'approval.refused' ? event.digest : undefined;
}

async function answeredBefore({ store }: Tools, run: string, digest: string, state: RunState): Promise<Decision> {
  const events = await store.events(run);
  const asked = events.findLast(({ event }) => event.type === 'approval.asked' && event.digest === digest);
  if (!asked) return { dead: 'unknown' };
  const answer = (await store.read('answer', `${run}.${asked.seq}`))?.value;
  if (answer) return { already: answer.yes ? 'given' : 'refused', by: answer.by, at: new Date(answer.at) };
  return { dead: state.over ? 'over' : 'superseded' };
}
