import { setTimeout as sleep } from 'node:timers/promises';
import { KthwError } from '../../cluster/errors.ts';
import { type CallContext, type ComputeErrorKind, classifyError, createComputeError } from './classify-error.ts';
import { type OperationErrors, parseErrorResponse } from './error-response.ts';

/** Subset of a zonal, regional or global operation. */
export interface Operation extends OperationErrors {
  readonly name?: string | null;
  readonly status?: unknown;
}

interface WaitOptions {
  /** Calls `operations.wait`, which returns when the operation is done or after about two minutes, possibly earlier. */
  waitForOperation(name: string, timeoutMs: number): Promise<Operation>;
  readonly context: CallContext;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** Minimum time between two `wait` calls. @default 1000 */
  readonly pollIntervalMs?: number;
}

/** Google holds a `wait` call for up to two minutes. */
const longestWaitMs = 150_000;

/** Errors of the `wait` call that do not concern the operation; polling continues. */
const transientErrors: ReadonlySet<ComputeErrorKind> = new Set(['cloud-unavailable', 'rate-limited']);

/**
 * Waits until an operation is done, successfully or not. An operation that Google no longer knows counts as done; the caller
 * observes the resource anyway.
 * @throws KthwError `operation-slow`, `cancelled`, or the error of the `wait` call
 */
export async function waitUntilDone(initial: Operation, options: WaitOptions): Promise<Operation> {
  const { context, deadlineMs, signal, pollIntervalMs = 1000 } = options;
  const until = performance.now() + deadlineMs;
  let operation = initial;
  while (operation.status !== 'DONE') {
    const leftMs = until - performance.now();
    if (leftMs <= 0)
      throw new KthwError('operation-slow', { doing: context.doing, minutes: Math.round(deadlineMs / 60_000) });
    const requestedAt = performance.now();
    try {
      operation = await options.waitForOperation(operation.name ?? '', Math.min(leftMs, longestWaitMs));
    } catch (error) {
      if (signal.aborted) throw new KthwError('cancelled', {});
      const response = parseErrorResponse(error);
      const errorKind = classifyError(response, 'get');
      if (errorKind === 'absent') return { ...operation, status: 'DONE' };
      if (!transientErrors.has(errorKind)) throw createComputeError(errorKind, response, context);
    }
    if (operation.status !== 'DONE')
      await sleepOrThrow(
        Math.min(pollIntervalMs - (performance.now() - requestedAt), until - performance.now()),
        signal,
      );
  }
  return operation;
}

async function sleepOrThrow(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(Math.max(0, ms), undefined, { signal });
  } catch {
    throw new KthwError('cancelled', {});
  }
}
