import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { EngineEvent } from '../store/events.ts';
import { LeaseLost } from '../store/store-errors.ts';
import { faultOf, KthwError } from './errors.ts';
import type { Journal } from './journal.ts';
import type { Context, Fact, Known, Observed, RetryPolicy, Step } from './phase.ts';
import type { PlannedStep } from './plan.ts';
import { stepAt } from './run.ts';

/** Points at which a test may end the process: what is left then is what a crash there leaves. */
export type KillPoint = 'before-call' | 'after-call' | 'after-write';

export interface StepTools {
  readonly journal: Journal;
  /** Everything of a context but what belongs to one step. */
  readonly context: Omit<Context, 'know' | 'knows' | 'say' | 'request' | 'survey'>;
  /** Every step of the run. */
  readonly steps: readonly Step[];
  /** What earlier runs of the cluster found out. */
  readonly earlierFacts: ReadonlyMap<string, z.core.util.JSONType>;
  readonly walks: 'forward' | 'backward';
  readonly random: () => number;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  killPoint(step: string, point: KillPoint): void;
}

/**
 * Most waits are for machines to get there: looked at often at first, then every two seconds. After `attempts`
 * failures that pass by themselves the run stops and says so.
 */
export const defaultRetry: RetryPolicy = { attempts: 8, firstDelayMs: 500, maxDelayMs: 15_000 };
const settle = { forMs: 60_000, firstDelayMs: 100, maxDelayMs: 1_000 } as const;

/** Journal, look, act only if need be, look again until it is there, journal. Knows no phase by name. @throws LeaseLost */
export async function takeStep(planned: PlannedStep, tools: StepTools): Promise<void> {
  const { step, phase } = planned;
  const { journal, context } = tools;
  const record = stepAt(journal.state, step.key);
  const request = record.request ?? randomUUID();
  const said: Promise<void>[] = [];
  await journal.tell({ type: 'step.started', step: step.key, attempt: record.failures + 1, request });
  const c: Context = {
    ...context,
    request,
    survey: async () => (await Promise.all(tools.steps.map((each) => each.differs?.(c) ?? []))).flat(),
    knows: (fact) => knownBy(tools, fact),
    know: (fact) => {
      const value = knownBy(tools, fact);
      if (value !== undefined) return value;
      throw new KthwError('bug', { doing: step.key }, { detail: `no earlier step made "${fact.name}" known` });
    },
    say(line) {
      const told = journal.tell({ type: 'step.said', step: step.key, line });
      // Awaited below; until then a lost lease must not end the process as a rejection that nobody handles.
      told.catch(() => {});
      said.push(told);
    },
  };
  let outcome: EngineEvent;
  try {
    outcome = await (tools.walks === 'forward' ? build(step, c, tools) : takeDown(step, c, tools));
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    if (!(error instanceof KthwError)) tools.log({ step: step.key, error }, 'step ended in an unknown error');
    outcome = failure(step, error, record.failures, phase.retry ?? defaultRetry, tools);
  }
  await Promise.all(said);
  await journal.tell(outcome);
  tools.killPoint(step.key, 'after-write');
}

async function build(step: Step, c: Context, tools: StepTools): Promise<EngineEvent> {
  if (step.apply) {
    const before = await step.observe(c);
    if (before.is !== 'absent') return verdict(step, before, 'adopted');
    fence(tools);
    tools.killPoint(step.key, 'before-call');
    await step.apply(c);
    tools.killPoint(step.key, 'after-call');
  }
  const seen = await lookUntil(step, c, async () => {
    const look = await step.observe(c);
    return look.is === 'absent' ? undefined : look;
  });
  return verdict(step, seen, 'applied');
}

async function takeDown(step: Step, c: Context, tools: StepTools): Promise<EngineEvent> {
  const isGone = async () => !(step.exists ? await step.exists(c) : (await step.observe(c)).is !== 'absent');
  if (await isGone()) return { type: 'step.finished', step: step.key, outcome: 'gone', facts: [] };
  fence(tools);
  tools.killPoint(step.key, 'before-call');
  await step.remove?.(c);
  tools.killPoint(step.key, 'after-call');
  await lookUntil(step, c, async () => ((await isGone()) ? true : undefined));
  return { type: 'step.finished', step: step.key, outcome: 'removed', facts: [] };
}

/** Done means seen: looks until there is something to see, or gives up with the last fault that passes by itself. */
async function lookUntil<T>(step: Step, c: Context, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = +c.clock.now() + settle.forMs;
  for (let delayMs: number = settle.firstDelayMs; ; delayMs = Math.min(delayMs * 1.5, settle.maxDelayMs)) {
    let fault: unknown;
    try {
      const seen = await look();
      if (seen !== undefined) return seen;
      fault = new KthwError('not-there-yet', { step: step.title });
    } catch (error) {
      if (!(error instanceof KthwError) || error.kind !== 'transient') throw error;
      fault = error;
    }
    if (+c.clock.now() + delayMs > deadline) throw fault;
    await c.clock.sleep(delayMs, c.signal);
  }
}

function verdict(step: Step, seen: Observed, outcome: 'applied' | 'adopted'): EngineEvent {
  if (seen.is === 'different') return { type: 'step.conflicted', step: step.key, fields: [...seen.fields] };
  const facts: readonly Known[] = seen.is === 'present' ? (seen.facts ?? []) : [];
  return { type: 'step.finished', step: step.key, outcome, facts: [...facts] };
}

function failure(
  step: Step,
  error: unknown,
  failuresBefore: number,
  retry: RetryPolicy,
  tools: StepTools,
): EngineEvent {
  const { clock, signal } = tools.context;
  const cancelled = signal.aborted && !(error instanceof KthwError && error.kind !== 'transient');
  const fault = faultOf(cancelled ? new KthwError('cancelled', {}) : error, step.title);
  if (fault.kind === 'postponed') return { type: 'step.postponed', step: step.key, fault };
  // What nobody knows may pass too (the store did not answer, say): a few tries cost little.
  const attempts = { transient: retry.attempts, bug: Math.min(3, retry.attempts) }[fault.kind as string] ?? 1;
  const again = fault.kind === 'cancelled' || failuresBefore + 1 < attempts;
  if (!again) return { type: 'step.failed', step: step.key, fault };
  const longest = Math.min(retry.firstDelayMs * 2 ** failuresBefore, retry.maxDelayMs);
  const delayMs = longest * (0.5 + tools.random() / 2);
  return { type: 'step.failed', step: step.key, fault, retryAt: new Date(+clock.now() + delayMs).toISOString() };
}

/** A runner that slept past its lease must not act on what it decided before. */
function fence({ journal, context }: StepTools): void {
  if (context.clock.now() >= journal.lease.until)
    throw new LeaseLost(`the lease of run "${journal.lease.run}" has ended`);
}

function knownBy<T>({ journal, earlierFacts }: StepTools, fact: Fact<T>): T | undefined {
  const value = journal.state.facts.get(fact.name) ?? earlierFacts.get(fact.name);
  return value === undefined ? undefined : fact.schema.parse(value);
}
