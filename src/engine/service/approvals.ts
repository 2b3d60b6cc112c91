import type { StoredEvent } from '../../store/events.ts';
import type { Person } from '../../store/person.ts';
import type { RecordValue } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { writeOnce } from '../../store/write-once.ts';
import { foldEvents, type RunState } from '../workflow/run-state.ts';
import type { ApprovalView, Decision } from './cluster-service.ts';

interface ApprovalDeps {
  readonly store: Store;
  readonly now: () => Date;
  wake(run: string): void;
}

export async function getPendingApproval({ store }: ApprovalDeps, run: string): Promise<ApprovalView | undefined> {
  const record = (await store.read('run', run))?.value;
  const { pendingApproval, outcome } = foldEvents(await store.readEvents(run));
  if (!record || !pendingApproval || outcome) return undefined;
  const { digest, deletions, expiresAt, stops } = pendingApproval;
  return {
    run,
    cluster: record.cluster,
    operation: record.operation,
    digest,
    deletions,
    ...(stops ? { stops } : {}),
    requester: record.requestedBy,
    expiresAt,
  };
}

/**
 * Approves or rejects the plan that `digest` covers. The first valid decision is recorded once, then appended to the run.
 * After a crash in between, the next click appends it.
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
    // The runner ends the expired run.
    wake(run);
    return { invalidReason: 'expired' };
  }
  const id = `${run}.${pending.seq}`;
  const decision: RecordValue<'decision'> = { run, digest, approved, decidedBy, decidedAt: now().toISOString() };
  const { first, value: winner } = await writeOnce(store, 'decision', id, decision);
  const type = winner.approved ? 'approval.granted' : 'approval.rejected';
  // Concurrent clicks may both append the decision. Readers ignore the second event.
  if (foldEvents(await store.readEvents(run)).pendingApproval?.seq === pending.seq) {
    await store.append(run, [{ type, digest, actor: winner.decidedBy }]);
  }
  wake(run);
  const decided = winner.approved ? 'approved' : 'rejected';
  return first
    ? { decided }
    : { alreadyDecided: decided, decidedBy: winner.decidedBy, decidedAt: new Date(winner.decidedAt) };
}

/**
 * Checks whether the decision event at `seq` took effect. Concurrent clicks can append duplicates, and a new request can
 * supersede the decided one.
 * @param events all events of the run
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
      alreadyDecided: decision.approved ? 'approved' : 'rejected',
      decidedBy: decision.decidedBy,
      decidedAt: new Date(decision.decidedAt),
    };
  return { invalidReason: state.outcome ? 'over' : 'superseded' };
}
