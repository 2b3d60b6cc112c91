import { createHash } from 'node:crypto';
import { LeaseLost } from '../store/store-errors.ts';
import type { PlannedStep } from './plan.ts';
import { type Move, next } from './run.ts';
import { type StepTools, takeStep } from './take-step.ts';

/** How often a runner looks for what a person said meanwhile. */
const listenEveryMs = 1_500;
const approvalLivesMs = 30 * 60_000;

/** Carries out moves, side by side where the plan allows, until the run is over, waits for a person, or must stop. */
export async function walk(
  planned: readonly PlannedStep[],
  tools: StepTools,
  signal: AbortSignal,
): Promise<'over' | 'parked' | 'stopped'> {
  const { journal, context } = tools;
  const { clock } = context;
  const digest = digestOf(planned);
  const byKey = new Map(planned.map((p) => [p.step.key, p]));
  const running = new Map<string, Promise<void>>();
  const cancelled = new AbortController();
  const stepTools = { ...tools, context: { ...context, signal: AbortSignal.any([signal, cancelled.signal]) } };
  let broken: { readonly error: unknown } | undefined;

  for (;;) {
    if (broken || signal.aborted) {
      cancelled.abort();
      await Promise.all(running.values());
      if (signal.reason instanceof LeaseLost) throw signal.reason;
      if (broken) throw broken.error;
      return 'stopped';
    }
    if (journal.state.cancelAsked) cancelled.abort();
    const moves = next(planned, journal.state, clock.now(), digest).filter(
      (m) => m.do !== 'step' || !running.has(m.key),
    );
    const end = running.size === 0 ? moves.find((m) => m.do === 'finish' || m.do === 'ask') : undefined;
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
    const expiresAt = new Date(+clock.now() + approvalLivesMs).toISOString();
    await journal.tell({ type: 'approval.asked', digest: move.digest, destroys: [...move.destroys], expiresAt });
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
        if (!wake.signal.aborted && !signal.aborted) broken ??= { error };
      });
    await Promise.race([listening, ...running.values()]);
    wake.abort();
    await listening;
  }
}

/** Of exactly what a person would approve: the steps and what they destroy. */
function digestOf(planned: readonly PlannedStep[]): string {
  const shown = planned.map(({ step }) => [step.key, step.destroys ?? '']);
  return createHash('sha256').update(JSON.stringify(shown)).digest('hex');
}
