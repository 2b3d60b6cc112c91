import type { StoredEvent } from '../../store/events.ts';
import type { Person } from '../../store/person.ts';
import type { RecordValue } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { writeOnce } from '../../store/write-once.ts';
import { foldEvents, type RunState } from '../workflow/run-state.ts';
import type { ApprovalView, Decision } from './cluster-service-types.ts';

interface ApprovalDeps {
  readonly store: Store;
  readonly now: () => Date;
  wake(run: string): void;
}

/** The question that a run waits for an answer to. */
export async function getPendingApproval({ store }: ApprovalDeps, run: string): Promise<ApprovalView | undefined> {
  const record = (await store.read('run', run))?.value;
  const { pendingApproval, outcome } = foldEvents(await store.readEvents(run));
  if (!record || !pendingApproval || outcome) return undefined;
  const { digest, deletions, expiresAt } = pendingApproval;
  return {
    run,
    cluster: record.cluster,
    operation: record.operation,
    digest,
    deletions,
    requester: record.requestedBy,
    expiresAt,
  };
}

/**
 * An answer to exactly what was shown. The first valid one is written once, then told to the run: should the process end
 * in between, the next press of anybody tells it.
 */
export async function decideApproval(
  deps: ApprovalDeps,
  run: string,
  digest: string,
  decidedBy: Person,
  approved: boolean,
): Promise<Decision> {
  const { store, now, wake } = deps;
  const state = foldEvents(await store.readEvents(run));
  const pending = state.pendingApproval;
  if (!pending || pending.digest !== digest) return await getEarlierDecision(deps, run, digest, state);
  if (state.outcome) return { invalidReason: 'over' };
  if (pending.expiresAt <= now()) {
    // The runner ends the run that nobody answered.
    wake(run);
    return { invalidReason: 'expired' };
  }
  const id = `${run}.${pending.seq}`;
  const decision: RecordValue<'decision'> = { run, digest, approved, decidedBy, decidedAt: now().toISOString() };
  const { first, value: winner } = await writeOnce(store, 'decision', id, decision);
  const type = winner.approved ? 'approval.granted' : 'approval.rejected';
  // Two presses may both tell it; the second finds nothing to change.
  if (foldEvents(await store.readEvents(run)).pendingApproval?.seq === pending.seq) {
    await store.append(run, [{ type, digest, actor: winner.decidedBy }]);
  }
  wake(run);
  const decided = winner.approved ? 'given' : 'refused';
  return first
    ? { decided }
    : { alreadyDecided: decided, decidedBy: winner.decidedBy, decidedAt: new Date(winner.decidedAt) };
}

/**
 * Whether the answer at `seq` counts: two presses at once may both have told the first one, and a question may have been
 * replaced in between. @param events all of the run
 */
export function isEffectiveDecision(events: readonly StoredEvent[], seq: number): boolean {
  const decidedDigest = getDecidedDigest(events.find((one) => one.seq === seq));
  const earlierEvents = events.filter((one) => one.seq < seq);
  const requestIndex = earlierEvents.findLastIndex(({ event }) => event.type === 'approval.requested');
  const approvalRequest = earlierEvents[requestIndex]?.event;
  if (
    decidedDigest === undefined ||
    approvalRequest?.type !== 'approval.requested' ||
    approvalRequest.digest !== decidedDigest
  )
    return false;
  return !earlierEvents.slice(requestIndex).some((one) => getDecidedDigest(one) === decidedDigest);
}

/** What an answer is to; undefined for anything else. */
function getDecidedDigest(stored: StoredEvent | undefined): string | undefined {
  const { event } = stored ?? {};
  return event?.type === 'approval.granted' || event?.type === 'approval.rejected' ? event.digest : undefined;
}

async function getEarlierDecision(
  { store }: ApprovalDeps,
  run: string,
  digest: string,
  state: RunState,
): Promise<Decision> {
  const events = await store.readEvents(run);
  const approvalRequest = events.findLast(
    ({ event }) => event.type === 'approval.requested' && event.digest === digest,
  );
  if (!approvalRequest) return { invalidReason: 'unknown' };
  const decision = (await store.read('decision', `${run}.${approvalRequest.seq}`))?.value;
  if (decision)
    return {
      alreadyDecided: decision.approved ? 'given' : 'refused',
      decidedBy: decision.decidedBy,
      decidedAt: new Date(decision.decidedAt),
    };
  return { invalidReason: state.outcome ? 'over' : 'superseded' };
}
