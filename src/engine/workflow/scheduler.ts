import { LeaseLost, StoreAway } from '../../store/store-errors.ts';
import { hasBegun, stakesOf } from './destruction-preview.ts';
import { driftOf } from './detect-plan-drift.ts';
import { type StepTools, takeStep } from './execute-step.ts';
import type { PlannedStep } from './plan.ts';
import { type Move, next } from './run-state.ts';

/** How often a runner looks for what a person said meanwhile. */
const listenEveryMs = 1_500;

/** Carries out moves, side by side where the plan allows, until the run is over, waits for a person, or must stop. */
export async function walk(
  planned: readonly PlannedStep[],
  tools: StepTools,
  signal: AbortSignal,
): Promise<'over' | 'parked' | 'stopped'> {
  const { journal, context } = tools;
  const { clock } = context;
  const byKey = new Map(planned.map((p) => [p.id, p]));
  const running = new Map<string, Promise<void>>();
  const cancelled = new AbortController();
  const stepTools = { ...tools, context: { ...context, signal: AbortSignal.any([signal, cancelled.signal]) } };
  let broken: { readonly error: unknown } | undefined;
  const drift = await driftOf(planned, stepTools);
  if (drift.length > 0) await journal.tell(...drift.map((one) => ({ type: 'step.conflicted' as const, ...one })));
  const mayDestroy = drift.length === 0 && (await isApproved(planned, tools));

  for (;;) {
    if (broken || signal.aborted) {
      cancelled.abort();
      await Promise.all(running.values());
      if (signal.reason instanceof LeaseLost) throw signal.reason;
      if (broken) throw broken.error;
      return 'stopped';
    }
    if (journal.state.cancelAsked) cancelled.abort();
    const moves = next(planned, journal.state, clock.now(), mayDestroy).filter(
      (m) => m.do !== 'step' || !running.has(m.key),
    );
    const end = running.size === 0 ? moves.find((m) => m.do !== 'step' && m.do !== 'sleep') : undefined;
    if (end) return await conclude(end);
    for (const move of moves) if (move.do === 'step') start(move.key);
    await somethingToDo(moves);
  }

  function start(key: string): void {
    const step = byKey.get(key);
    if (!step) return;
    const work = takeStep(step, stepTools)
      .catch((error: unknown) => {
        broken ??= { error };
      })
      .finally(() => running.delete(key));
    running.set(key, work);
  }

  async function conclude(move: Exclude<Move, { do: 'step' | 'sleep' }>): Promise<'over' | 'parked'> {
    if (move.do === 'finish') {
      await journal.tell({ type: 'run.finished', as: move.as });
      return 'over';
    }
    if (move.do === 'pause') {
      await journal.tell({ type: 'pause.asked', chapter: move.chapter });
      return 'parked';
    }
    const { asked } = journal.state;
    if (asked && asked.expiresAt <= clock.now()) {
      // Nobody answered, and silence is no: the cluster is free again, and `resume` asks anew.
      await journal.tell({ type: 'run.finished', as: 'cancelled' });
      return 'over';
    }
    const { lines, digest } = await stakesOf(planned, stepTools);
    if (asked?.digest !== digest) {
      const expiresAt = new Date(+clock.now() + tools.approvalMs).toISOString();
      await journal.tell({ type: 'approval.asked', digest, destroys: [...lines], expiresAt });
    }
    return 'parked';
  }

  /** Until a step ends, a retry is due, or it is time to listen for people. */
  async function somethingToDo(moves: readonly Move[]): Promise<void> {
    const sleep = moves.find((m) => m.do === 'sleep');
    const waitMs = sleep ? Math.min(listenEveryMs, Math.max(0, +sleep.until - +clock.now())) : listenEveryMs;
    const wake = new AbortController();
    const listening = clock
      .sleep(waitMs, AbortSignal.any([signal, wake.signal]))
      .then(() => journal.catchUp())
      .catch((error: unknown) => {
        // What people said can be heard later; the steps go on as long as the lease does.
        if (!wake.signal.aborted && !signal.aborted && !(error instanceof StoreAway)) broken ??= { error };
      });
    await Promise.race([listening, ...running.values()]);
    wake.abort();
    await listening;
  }
}

/** An approval counts for what it showed: until something was taken away, things must still be as they were then. */
async function isApproved(planned: readonly PlannedStep[], tools: StepTools): Promise<boolean> {
  const { state } = tools.journal;
  if (state.approved === undefined || !planned.some((p) => p.destroys)) return false;
  return hasBegun(planned, state) || (await stakesOf(planned, tools)).digest === state.approved;
}
