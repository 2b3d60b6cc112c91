import type { RunActivity, StoppedRun } from '../../store/events.ts';
import { LeaseLost, StoreUnavailable } from '../../store/store.ts';
import { decideMoves, type Move } from './decide-moves.ts';
import { hasDestructionBegun, previewRunDestruction } from './destruction-preview.ts';
import { detectPlanDrift, findLostSteps } from './detect-plan-drift.ts';
import { type ExecuteStepDeps, executeStep } from './execute-step.ts';
import type { PlannedStep } from './plan.ts';
import { restoreInterruptedSteps } from './restore-interrupted-steps.ts';

/** How often a runner reads decisions and cancellations by users. */
export const pollIntervalMs = 1_500;

export interface SchedulerOptions {
  /** The active run, if this run is queued behind it. A queued run only requests approval. */
  readonly stops?: StoppedRun | undefined;
  /** Called before work that belongs to no step, so that its errors can be attributed. */
  onActivity(activity: RunActivity): void;
}

/** `approved`: the queued run may take over the cluster. */
export type SchedulerExit = 'completed' | 'waiting' | 'approved' | 'aborted';

/** Executes moves, concurrently where the plan allows, until the run ends, waits for a user, or must stop. */
export async function runSchedulerLoop(
  planned: readonly PlannedStep[],
  deps: ExecuteStepDeps,
  { stops, onActivity }: SchedulerOptions,
  signal: AbortSignal,
): Promise<SchedulerExit> {
  const { journal, context } = deps;
  const { clock } = context;
  const byKey = new Map(planned.map((p) => [p.id, p]));
  const running = new Map<string, Promise<void>>();
  const cancelled = new AbortController();
  const stepDeps = { ...deps, context: { ...context, signal: AbortSignal.any([signal, cancelled.signal]) } };
  let failure: { readonly error: unknown } | undefined;
  onActivity('drift');
  // The active run may be changing resources. A queued run checks for drift once it is active.
  const lost = stops ? undefined : await findLostSteps(planned, stepDeps);
  if (lost) await journal.append({ type: 'steps.reset', ...lost });
  const drift = stops ? [] : await detectPlanDrift(planned, stepDeps);
  if (drift.length > 0) await journal.append(...drift.map((one) => ({ type: 'step.conflicted' as const, ...one })));
  onActivity('preview');
  const canDestroy = drift.length === 0 && (await isDestructionApproved());
  if (canDestroy && stops && !journal.state.cancelRequested) return 'approved';

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
    // A queued run doesn't hold the cluster yet, so it must not change anything.
    if (stops) return await requestApproval();
    for (const move of moves) if (move.kind === 'step') startStep(move.key);
    await waitForWork(moves);
  }

  function startStep(key: string): void {
    const step = byKey.get(key);
    if (!step) return;
    const work = executeStep(step, stepDeps)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => running.delete(key));
    running.set(key, work);
  }

  async function finishMove(move: Exclude<Move, { kind: 'step' | 'sleep' }>): Promise<'completed' | 'waiting'> {
    switch (move.kind) {
      case 'finish':
        if (move.outcome !== 'succeeded')
          await restoreInterruptedSteps(planned, { ...deps, context: { ...context, signal } });
        await journal.append({ type: 'run.finished', outcome: move.outcome });
        return 'completed';
      case 'pause':
        await journal.append({ type: 'pause.requested', chapter: move.chapter });
        return 'waiting';
      case 'requestApproval':
        return await requestApproval();
      default:
        return move satisfies never;
    }
  }

  async function requestApproval(): Promise<'completed' | 'waiting'> {
    const { pendingApproval } = journal.state;
    if (pendingApproval && pendingApproval.expiresAt <= clock.now()) {
      // An expired request counts as a rejection.
      await journal.append({ type: 'run.finished', outcome: 'cancelled' });
      return 'completed';
    }
    onActivity('preview');
    const { lines, digest } = await previewRunDestruction(planned, stepDeps, stops?.run);
    if (pendingApproval?.digest !== digest) {
      const expiresAt = new Date(+clock.now() + deps.approvalMs).toISOString();
      const deletions = [...lines];
      await journal.append({ type: 'approval.requested', digest, deletions, expiresAt, ...(stops ? { stops } : {}) });
    }
    return 'waiting';
  }

  /** Waits until a step ends, a retry is due, or it is time to read user actions. */
  async function waitForWork(moves: readonly Move[]): Promise<void> {
    const sleepMove = moves.find((m) => m.kind === 'sleep');
    const waitMs = sleepMove ? Math.min(pollIntervalMs, Math.max(0, +sleepMove.until - +clock.now())) : pollIntervalMs;
    const waitAbort = new AbortController();
    const polling = clock
      .sleep(waitMs, AbortSignal.any([signal, waitAbort.signal]))
      .then(() => journal.catchUp())
      .catch((error: unknown) => {
        // User actions can be read later. Steps continue as long as the lease is valid.
        if (!waitAbort.signal.aborted && !signal.aborted && !(error instanceof StoreUnavailable)) failure ??= { error };
      });
    await Promise.race([polling, ...running.values()]);
    waitAbort.abort();
    await polling;
  }

  /** An approval covers exactly what it displayed. Once a deletion has started, it covers the remaining ones. */
  async function isDestructionApproved(): Promise<boolean> {
    const { approval } = journal.state;
    if (!approval || !planned.some((p) => p.isDestructive)) return false;
    if (hasDestructionBegun(planned, journal.state)) return true;
    const stoppedRun = (stops ?? approval.stops)?.run;
    return (await previewRunDestruction(planned, stepDeps, stoppedRun)).digest === approval.digest;
  }
}
