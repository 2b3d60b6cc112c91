import { computeBackoffDelay } from '../../store/backoff-delay.ts';
import type { StepError } from '../../store/step-error.ts';
import type { RetryPolicy } from './step.ts';

/** Instances often take minutes to become ready, so the first retries are quick and later ones every 15 s. */
export const defaultRetry: RetryPolicy = { attempts: 12, firstDelayMs: 500, maxDelayMs: 15_000 };

/**
 * When to retry after an error; undefined to give up. Unknown errors may be temporary, so they are retried a few times.
 * @param failuresBefore earlier failures of the same work
 */
export function computeRetryTime(
  error: StepError,
  failuresBefore: number,
  retry: RetryPolicy,
  { now, random }: { readonly now: Date; random(): number },
): Date | undefined {
  const attempts = { transient: retry.attempts, bug: Math.min(3, retry.attempts) }[error.kind as string] ?? 1;
  if (error.kind !== 'cancelled' && failuresBefore + 1 >= attempts) return undefined;
  return new Date(+now + computeBackoffDelay(retry, failuresBefore + 1) * (0.5 + random() / 2));
}
