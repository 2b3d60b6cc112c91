import { LeaseLost, StoreUnavailable } from '../../store/store.ts';
import { decideMoves, type Move } from './decide-moves.ts';
import { hasDestructionBegun, previewRunDestruction } from './destruction-preview.ts';
import { detectPlanDrift } from './detect-plan-drift.ts';
import { type ExecuteStepDeps, executeStep } from './execute-step.ts';
import type { PlannedStep } from './plan.ts';
import { restoreInterruptedRemovals } from './restore-interrupted-removals.ts';

/** How often a runner looks for what a person said meanwhile. */
const pollIntervalMs = 1_500;

/** Carries out moves, side by side where the plan allows, until the run is over, waits for a person, or must stop. */
export async function runSchedulerLoop(
  planned: readonly PlannedStep[],
  deps: ExecuteStepDeps,
  signal: AbortSignal,
): Promise<'completed' | 'waiting' | 'aborted'> {
  const { journal, context } = deps;
  const { clock } = context;
  const byKey = new Map(planned.map((p) => [p.id, p]));
  const running = new Map<string, Promise<void>>();
  const cancelled = new AbortController();
  const stepTools = { ...deps, context: { ...context, signal: AbortSignal.any([signal, cancelled.signal]) } };
  let failure: { readonly error: unknown } | undefined;
  const drift = await detectPlanDrift(planned, stepTools);
  if (drift.length > 0) await journal.append(...drift.map((one) => ({ type: 'step.conflicted' as const, ...one })));
  const canDestroy = drift.length === 0 && (await isDestructionApproved(planned, deps));

  for (;;) {
    if (failure || signal.aborted) {
      cancelled.abort();
      await Promise.all(running.values());
      if (signal.reason instanceof LeaseLost) throw signal.reason;
      if (failure) throw failure.error;
      return 'aborted';
    }
    if (journal.state.cancelRequested) cancelled.abort();
    const moves = decideMoves(planned, journal.state, clock.now(), canDestroy).filter(
      (m) => m.kind !== 'step' || !running.has(m.key),
    );
    const finalMove = running.size === 0 ? moves.find((m) => m.kind !== 'step' && m.kind !== 'sleep') : undefined;
    if (finalMove) return await finishMove(finalMove);
    for (const move of moves) if (move.kind === 'step') startStep(move.key);
    await waitForWork(moves);
  }

  function startStep(key: string): void {
    const step = byKey.get(key);
    if (!step) return;
    const work = executeStep(step, stepTools)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => running.delete(key));
    running.set(key, work);
  }

  async function finishMove(move: Exclude<Move, { kind: 'step' | 'sleep' }>): Promise<'completed' | 'waiting'> {
    if (move.kind === 'finish') {
      if (move.outcome !== 'succeeded')
        await restoreInterruptedRemovals(planned, { ...deps, context: { ...context, signal } });
      await journal.append({ type: 'run.finished', outcome: move.outcome });
      return 'completed';
    }
    if (move.kind === 'pause') {
      await journal.append({ type: 'pause.requested', chapter: move.chapter });
      return 'waiting';
    }
    const { pendingApproval } = journal.state;
    if (pendingApproval && pendingApproval.expiresAt <= clock.now()) {
      // Nobody answered, and silence is no: the cluster is free again, and `resume` asks anew.
      await journal.append({ type: 'run.finished', outcome: 'cancelled' });
      return 'completed';
    }
    const { lines, digest } = await previewRunDestruction(planned, stepTools);
    if (pendingApproval?.digest !== digest) {
      const expiresAt = new Date(+clock.now() + deps.approvalMs).toISOString();
      await journal.append({ type: 'approval.requested', digest, deletions: [...lines], expiresAt });
    }
    return 'waiting';
  }

  /** Until a step ends, a retry is due, or it is time to listen for people. */
  async function waitForWork(moves: readonly Move[]): Promise<void> {
    const sleepMove = moves.find((m) => m.kind === 'sleep');
    const waitMs = sleepMove ? Math.min(pollIntervalMs, Math.max(0, +sleepMove.until - +clock.now())) : pollIntervalMs;
    const waitAbort = new AbortController();
    const polling = clock
      .sleep(waitMs, AbortSignal.any([signal, waitAbort.signal]))
      .then(() => journal.catchUp())
      .catch((error: unknown) => {
        // What people said can be heard later; the steps go on as long as the lease does.
        if (!waitAbort.signal.aborted && !signal.aborted && !(error instanceof StoreUnavailable)) failure ??= { error };
      });
    await Promise.race([polling, ...running.values()]);
    waitAbort.abort();
    await polling;
  }
}

/** An approval counts for what it showed: until something was taken away, things must still be as they were then. */
async function isDestructionApproved(planned: readonly PlannedStep[], deps: ExecuteStepDeps): Promise<boolean> {
  const { state } = deps.journal;
  if (state.approvedDigest === undefined || !planned.some((p) => p.isDestructive)) return false;
  return (
    hasDestructionBegun(planned, state) || (await previewRunDestruction(planned, deps)).digest === state.approvedDigest
  );
}
