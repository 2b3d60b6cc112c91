import { randomUUID } from 'node:crypto';
import type { EngineEvent } from '../../store/events.ts';
import { LeaseLost, StoreAway } from '../../store/store-errors.ts';
import { faultOf, KthwError } from './errors.ts';
import type { PlannedStep } from './plan.ts';
import { stepAt } from './run-state.ts';
import type { Context, Known, Observed, RetryPolicy } from './step.ts';
import { type ContextTools, stepContext } from './step-context.ts';

/** Points at which a test may end the process: what is left then is what a crash there leaves. */
export type KillPoint = 'before-call' | 'after-call' | 'after-write';

export interface StepTools extends ContextTools {
  /** How long a question waits for an answer. */
  readonly approvalMs: number;
  readonly random: () => number;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  killPoint(step: string, point: KillPoint): void;
}

/**
 * Most waits are for machines to get there: looked at often at first, then every two seconds. After `attempts`
 * failures that pass by themselves the run stops and says so.
 */
export const defaultRetry: RetryPolicy = { attempts: 12, firstDelayMs: 500, maxDelayMs: 15_000 };
const failuresUntilLook = 3;
/** A run has hundreds of steps, and each is read again and again. */
const longestSaw = 1_000;
const settle = { forMs: 60_000, firstDelayMs: 100, maxDelayMs: 1_000 } as const;

/** Journal, look, act only if need be, look again until it is there, journal. Knows no phase by name. @throws LeaseLost, StoreAway */
export async function takeStep(planned: PlannedStep, tools: StepTools): Promise<void> {
  const { id, walks, phase } = planned;
  const { journal } = tools;
  const record = stepAt(journal.state, id);
  const request = record.request ?? randomUUID();
  const said: Promise<void>[] = [];
  const say = (event: EngineEvent): void => {
    const told = journal.tell(event);
    // Awaited below; until then a lost lease must not end the process as a rejection that nobody handles.
    told.catch(() => {});
    said.push(told);
  };
  await journal.tell({ type: 'step.started', step: id, attempt: record.failures + 1, request });
  const c = stepContext(planned, request, tools, {
    say: (line) => say({ type: 'step.said', step: id, line }),
    diagnosed({ findings, ...rest }) {
      if (!journal.state.diagnosed) say({ type: 'step.diagnosed', step: id, findings: [...findings], ...rest });
    },
  });
  let outcome: EngineEvent;
  try {
    outcome = await (walks === 'forward' ? build(planned, c, tools) : takeDown(planned, c, tools));
  } catch (error) {
    // Neither can be journalled. Whoever takes the run up next looks at what is there.
    if (error instanceof LeaseLost || error instanceof StoreAway) throw error;
    if (!(error instanceof KthwError)) tools.log({ step: id, error }, 'step ended in an unknown error');
    outcome = failure(planned, error, record.failures, phase.retry ?? defaultRetry, tools);
  }
  await Promise.all(said);
  await journal.tell(outcome);
  tools.killPoint(id, 'after-write');
  if (outcome.type === 'step.failed' && isWorthALook(outcome, record.failures + 1)) {
    await lookForCause(planned, c, tools);
    await Promise.all(said);
  }
}

async function build(planned: PlannedStep, c: Context, tools: StepTools): Promise<EngineEvent> {
  const { id, step } = planned;
  if (step.apply) {
    const before = await step.observe(c);
    if (before.is !== 'absent') return verdict(id, before, 'adopted');
    fence(tools);
    tools.killPoint(id, 'before-call');
    const after = await step.apply(c);
    tools.killPoint(id, 'after-call');
    if (after && after.is !== 'absent') return verdict(id, after, 'applied');
  }
  const seen = await lookUntil(step.title, c, async () => {
    const look = await step.observe(c);
    return look.is === 'absent' ? undefined : look;
  });
  return verdict(id, seen, 'applied');
}

async function takeDown(planned: PlannedStep, c: Context, tools: StepTools): Promise<EngineEvent> {
  const { id, step } = planned;
  const isGone = async () => !(step.exists ? await step.exists(c) : (await step.observe(c)).is !== 'absent');
  if (await isGone()) return { type: 'step.finished', step: id, outcome: 'gone', facts: [] };
  fence(tools);
  tools.killPoint(id, 'before-call');
  await step.remove?.(c);
  tools.killPoint(id, 'after-call');
  await lookUntil(step.title, c, async () => ((await isGone()) ? true : undefined));
  return { type: 'step.finished', step: id, outcome: 'removed', facts: [] };
}

/** Done means seen: looks until there is something to see, or gives up with the last fault that passes by itself. */
async function lookUntil<T>(what: string, c: Context, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = +c.clock.now() + settle.forMs;
  for (let delayMs: number = settle.firstDelayMs; ; delayMs = Math.min(delayMs * 1.5, settle.maxDelayMs)) {
    let fault: unknown;
    try {
      const seen = await look();
      if (seen !== undefined) return seen;
      fault = new KthwError('not-there-yet', { step: what });
    } catch (error) {
      if (!(error instanceof KthwError) || error.kind !== 'transient') throw error;
      fault = error;
    }
    if (+c.clock.now() + delayMs > deadline) throw fault;
    await c.clock.sleep(delayMs, c.signal);
  }
}

function verdict(id: string, seen: Observed, outcome: 'applied' | 'adopted'): EngineEvent {
  if (seen.is === 'different') return { type: 'step.conflicted', step: id, fields: [...seen.fields] };
  const facts: readonly Known[] = seen.is === 'present' ? (seen.facts ?? []) : [];
  const text = seen.is === 'present' ? seen.saw : undefined;
  return {
    ...{ type: 'step.finished', step: id, outcome, facts: [...facts] },
    ...(text ? { saw: text.slice(0, longestSaw) } : {}),
  };
}

function failure(
  { id, step }: PlannedStep,
  error: unknown,
  failuresBefore: number,
  retry: RetryPolicy,
  tools: StepTools,
): EngineEvent {
  const { clock, signal } = tools.context;
  const cancelled = signal.aborted && !(error instanceof KthwError && error.kind !== 'transient');
  const fault = faultOf(cancelled ? new KthwError('cancelled', {}) : error, step.title);
  if (fault.kind === 'postponed') return { type: 'step.postponed', step: id, fault };
  // What nobody knows may pass too (the store did not answer, say): a few tries cost little.
  const attempts = { transient: retry.attempts, bug: Math.min(3, retry.attempts) }[fault.kind as string] ?? 1;
  const again = fault.kind === 'cancelled' || failuresBefore + 1 < attempts;
  if (!again) return { type: 'step.failed', step: id, fault };
  const longest = Math.min(retry.firstDelayMs * 2 ** failuresBefore, retry.maxDelayMs);
  const delayMs = longest * (0.5 + tools.random() / 2);
  return { type: 'step.failed', step: id, fault, retryAt: new Date(+clock.now() + delayMs).toISOString() };
}

/** The first failures are how we wait for machines. */
function isWorthALook({ fault, retryAt }: Extract<EngineEvent, { type: 'step.failed' }>, failures: number): boolean {
  return fault.kind !== 'cancelled' && (failures === failuresUntilLook || retryAt === undefined);
}

/** A look that fails changes nothing: the step has failed for its own reason. */
async function lookForCause({ id, step }: PlannedStep, c: Context, tools: StepTools): Promise<void> {
  if (!step.diagnose || tools.journal.state.diagnosed) return;
  try {
    await step.diagnose(c);
  } catch (error) {
    if (!(error instanceof KthwError)) tools.log({ step: id, error }, 'looking for the cause of a failure');
  }
}

/** A runner that slept past its lease must not act on what it decided before. */
function fence({ journal, context }: StepTools): void {
  if (context.clock.now() >= journal.lease.until)
    throw new LeaseLost(`the lease of run "${journal.lease.run}" has ended`);
}
