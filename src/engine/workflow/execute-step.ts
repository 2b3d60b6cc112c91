import { randomUUID } from 'node:crypto';
import { computeBackoffDelay } from '../../store/backoff-delay.ts';
import type { EngineEvent } from '../../store/events.ts';
import { LeaseLost, StoreUnavailable } from '../../store/store.ts';
import { type ErrorCode, KthwError, toStepError } from '../cluster/errors.ts';
import type { OutputValue } from '../cluster/output.ts';
import { computeRetryTime, defaultRetry } from './compute-retry-time.ts';
import type { StepContextDeps } from './create-step-context.ts';
import { createStepContext } from './create-step-context.ts';
import type { Observation } from './observation.ts';
import type { PlannedApplication, PlannedRemoval, PlannedStep } from './plan.ts';
import { getStepRecord } from './run-state.ts';
import type { RetryPolicy, Step, WorkflowContext } from './step.ts';
import { WaitReporter } from './wait-reporter.ts';

/** Points at which tests end the process to simulate a crash. */
export type KillPoint = 'before-call' | 'after-call' | 'after-write';

export interface ExecuteStepDeps extends StepContextDeps {
  /** Time until an approval request expires. */
  readonly approvalMs: number;
  readonly random: () => number;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  killPoint(step: string, point: KillPoint): void;
}

const failuresUntilDiagnosis = 3;
/** Limits the size of events: a run has hundreds of steps, and its events are read often. */
const maxCommandOutputLength = 1_000;
/** Errors that say no more than that a step isn't done. */
const unspecificErrors: readonly ErrorCode[] = ['not-there-yet', 'not-healthy', 'check-failed'];
const observePolling = { timeoutMs: 60_000, firstDelayMs: 100, maxDelayMs: 1_000, factor: 1.5 } as const;

/**
 * Executes one step: observes it, applies or removes it if necessary, and observes it until that took effect. Appends each
 * result to the journal. @throws LeaseLost, StoreUnavailable
 */
export async function executeStep(planned: PlannedStep, deps: ExecuteStepDeps): Promise<void> {
  const { id, phase } = planned;
  const { journal } = deps;
  const record = getStepRecord(journal.state, id);
  const requestId = record.requestId ?? randomUUID();
  const pendingAppends: Promise<void>[] = [];
  const appendInBackground = (event: EngineEvent): void => {
    const pendingAppend = journal.append(event);
    // Awaited below. Until then, a lost lease must not become an unhandled rejection.
    pendingAppend.catch(() => {});
    pendingAppends.push(pendingAppend);
  };
  await journal.append({ type: 'step.started', step: id, attempt: record.failures + 1, requestId });
  const c = createStepContext(planned, requestId, deps, {
    logProgress: (message) => appendInBackground({ type: 'step.logged', step: id, message }),
    reportDiagnosis({ findings, ...rest }) {
      if (!journal.state.hasDiagnosis)
        appendInBackground({ type: 'step.diagnosed', step: id, findings: [...findings], ...rest });
    },
  });
  let outcome: EngineEvent;
  try {
    outcome = await (planned.direction === 'forward' ? applyStep(planned, c, deps) : removeStep(planned, c, deps));
    if (outcome.type === 'step.finished') await deps.confirmedOutputs.save(outcome.outputs);
  } catch (error) {
    // These can't be journalled. The next runner observes the step again.
    if (error instanceof LeaseLost || error instanceof StoreUnavailable) throw error;
    if (!(error instanceof KthwError)) deps.log({ step: id, error }, 'step failed with an unknown error');
    outcome = toFailureEvent(planned, error, record.failures, phase.retry ?? defaultRetry, deps);
  }
  await Promise.all(pendingAppends);
  await journal.append(outcome);
  deps.killPoint(id, 'after-write');
  if (outcome.type === 'step.failed' && shouldDiagnose(outcome, record.failures + 1)) {
    await diagnoseFailure(planned, c, deps);
    await Promise.all(pendingAppends);
  }
}

async function applyStep(
  { id, step }: PlannedApplication,
  c: WorkflowContext,
  deps: ExecuteStepDeps,
): Promise<EngineEvent> {
  if (step.apply) {
    const before = await step.observe(c);
    if (before.status !== 'absent') return toOutcomeEvent(id, before, 'adopted');
    assertLeaseHeld(deps);
    deps.killPoint(id, 'before-call');
    const after = await step.apply(c);
    deps.killPoint(id, 'after-call');
    if (after && after.status !== 'absent') return toOutcomeEvent(id, after, 'applied');
  }
  const { title, wait } = step;
  const observation = await pollUntil({ id, title, wait }, c, deps, async () => {
    const latest = await step.observe(c);
    return latest.status === 'absent' ? undefined : latest;
  });
  return toOutcomeEvent(id, observation, 'applied');
}

async function removeStep(
  { id, step }: PlannedRemoval,
  c: WorkflowContext,
  deps: ExecuteStepDeps,
): Promise<EngineEvent> {
  const { removable } = step;
  const isAbsent = async () =>
    !(removable.exists ? await removable.exists(c) : (await step.observe(c)).status !== 'absent');
  if (await isAbsent()) return { type: 'step.finished', step: id, outcome: 'alreadyAbsent', outputs: [] };
  assertLeaseHeld(deps);
  deps.killPoint(id, 'before-call');
  await removable.remove(c);
  deps.killPoint(id, 'after-call');
  const { title } = step;
  // The reason why the step isn't done doesn't explain why its resource still exists.
  const wait = step.wait && { ...step.wait, describe: async () => undefined };
  await pollUntil({ id, title, wait }, c, deps, async () => ((await isAbsent()) ? true : undefined));
  return { type: 'step.finished', step: id, outcome: 'removed', outputs: [] };
}

interface PolledStep {
  readonly id: string;
  readonly title: string;
  readonly wait?: Step['wait'] | undefined;
}

/**
 * Polls until the probe returns a result. Transient errors don't end the wait.
 * @throws KthwError after the time limit, with the reason of the wait as its detail
 */
async function pollUntil<T>(
  { id, title, wait }: PolledStep,
  c: WorkflowContext,
  { journal }: ExecuteStepDeps,
  probe: () => Promise<T | undefined>,
): Promise<T> {
  const limitMs = wait?.limitMs ?? observePolling.timeoutMs;
  const deadline = +c.clock.now() + limitMs;
  const getLastLogLine = () => getStepRecord(journal.state, id).lastLogLine;
  const reporter = new WaitReporter(c, { title, wait, getLastLogLine });
  if (wait?.pace) await c.clock.sleep(wait.pace.firstMs, c.signal);
  for (let failures = 1; ; failures++) {
    let lastError: KthwError | undefined;
    try {
      const result = await probe();
      if (result !== undefined) return result;
    } catch (error) {
      if (!(error instanceof KthwError) || error.kind !== 'transient') throw error;
      lastError = error;
    }
    const delayMs = wait?.pace?.everyMs ?? computeBackoffDelay(observePolling, failures);
    if (+c.clock.now() + delayMs > deadline)
      throw createTimeoutError({ title, wait, lastError, reason: await reporter.findReason(lastError) }, c);
    await reporter.reportIfDue(lastError);
    await c.clock.sleep(delayMs, c.signal);
  }
}

interface EndedWait extends Pick<PolledStep, 'title' | 'wait'> {
  readonly lastError: KthwError | undefined;
  readonly reason: string | undefined;
}

/** An error that names another cause keeps its own remedy. */
function createTimeoutError({ title, wait, lastError, reason }: EndedWait, c: WorkflowContext): KthwError {
  if (wait?.limitMs === undefined)
    return lastError ?? new KthwError('not-there-yet', { step: title, remedy: wait?.remedy(c) }, { detail: reason });
  if (lastError && !unspecificErrors.includes(lastError.code)) return lastError.toFinal();
  const minutes = wait.limitMs / 60_000;
  return new KthwError('wait-timeout', { step: title, minutes, remedy: wait.remedy(c) }, { detail: reason });
}

function toOutcomeEvent(id: string, observation: Observation, outcome: 'applied' | 'adopted'): EngineEvent {
  if (observation.status === 'different')
    return { type: 'step.conflicted', step: id, differences: [...observation.differences] };
  const outputs: readonly OutputValue[] = observation.status === 'present' ? (observation.outputs ?? []) : [];
  const text = observation.status === 'present' ? observation.commandOutput : undefined;
  return {
    type: 'step.finished',
    step: id,
    outcome,
    outputs: [...outputs],
    ...(text ? { commandOutput: text.slice(0, maxCommandOutputLength) } : {}),
  };
}

function toFailureEvent(
  { id, step }: PlannedStep,
  error: unknown,
  failuresBefore: number,
  retry: RetryPolicy,
  deps: ExecuteStepDeps,
): EngineEvent {
  const { clock, signal } = deps.context;
  const isCancelled = signal.aborted && !(error instanceof KthwError && error.kind !== 'transient');
  const stepError = toStepError(isCancelled ? new KthwError('cancelled', {}) : error, step.title);
  if (stepError.kind === 'deferred') return { type: 'step.deferred', step: id, error: stepError };
  const retryAt = computeRetryTime(stepError, failuresBefore, retry, { now: clock.now(), random: deps.random });
  const failure = { type: 'step.failed', step: id, error: stepError } as const;
  return retryAt ? { ...failure, retryAt: retryAt.toISOString() } : failure;
}

/** The first failures are normal while an instance boots. */
function shouldDiagnose({ error, retryAt }: Extract<EngineEvent, { type: 'step.failed' }>, failures: number): boolean {
  return error.kind !== 'cancelled' && (failures === failuresUntilDiagnosis || retryAt === undefined);
}

/** A failed diagnosis is only logged: the step has its own error. */
async function diagnoseFailure({ id, step }: PlannedStep, c: WorkflowContext, deps: ExecuteStepDeps): Promise<void> {
  const { explained } = step;
  if (!explained?.diagnose || deps.journal.state.hasDiagnosis) return;
  try {
    await explained.diagnose(c);
  } catch (error) {
    if (!(error instanceof KthwError)) deps.log({ step: id, error }, 'diagnosing a failed step failed');
  }
}

/** A runner whose lease expired must not act on a stale decision. */
function assertLeaseHeld({ journal, context }: ExecuteStepDeps): void {
  if (context.clock.now() >= journal.lease.expiresAt)
    throw new LeaseLost(`the lease of run "${journal.lease.run}" has ended`);
}
