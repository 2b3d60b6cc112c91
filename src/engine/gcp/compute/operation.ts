import { setTimeout as sleep } from 'node:timers/promises';
import { KthwError } from '../../workflow/errors.ts';
import { type CallContext, faultFrom, type Meaning, meaningOf } from './classify-error.ts';
import { answerOf, type OperationErrors } from './error-response.ts';

/** The part of a zonal, regional or global operation that waiting needs. */
export interface Operation extends OperationErrors {
  readonly name?: string | null;
  readonly status?: unknown;
}

export interface Waiting {
  /** Google's `operations.wait`: answers when done, near two minutes, or earlier: it promises nothing. */
  wait(name: string, timeoutMs: number): Promise<Operation>;
  readonly context: CallContext;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** Least time from one `wait` to the next. @default 1000 */
  readonly everyMs?: number;
}

/** Google holds a `wait` for up to two minutes. */
const longestWaitMs = 150_000;

/** The faults that say nothing about the operation itself: waiting goes on. */
const passing: ReadonlySet<Meaning> = new Set(['cloud-unavailable', 'rate-limited']);

/**
 * Waits until an operation is done, well or badly. One that Google knows no more counts as done: looking at the resource
 * will tell.
 * @throws KthwError `operation-slow`, `cancelled`, or why nobody may ask
 */
export async function whenDone(started: Operation, how: Waiting): Promise<Operation> {
  const { context, deadlineMs, signal, everyMs = 1000 } = how;
  const until = performance.now() + deadlineMs;
  let operation = started;
  while (operation.status !== 'DONE') {
    const leftMs = until - performance.now();
    if (leftMs <= 0)
      throw new KthwError('operation-slow', { doing: context.doing, minutes: Math.round(deadlineMs / 60_000) });
    const askedAt = performance.now();
    try {
      operation = await how.wait(operation.name ?? '', Math.min(leftMs, longestWaitMs));
    } catch (error) {
      if (signal.aborted) throw new KthwError('cancelled', {});
      const answer = answerOf(error);
      const meaning = meaningOf(answer, 'get');
      if (meaning === 'absent') return { ...operation, status: 'DONE' };
      if (!passing.has(meaning)) throw faultFrom(meaning, answer, context);
    }
    if (operation.status !== 'DONE')
      await pause(Math.min(everyMs - (performance.now() - askedAt), until - performance.now()), signal);
  }
  return operation;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(Math.max(0, ms), undefined, { signal });
  } catch {
    throw new KthwError('cancelled', {});
  }
}
