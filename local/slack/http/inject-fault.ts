import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault-injector.ts';
import { replyBytes, replyJson } from './reply.ts';

/**
 * Applies an injected fault before a call.
 * @returns the outcome of the fault, or undefined if the call proceeds
 */
export async function injectFault(
  fault: Fault | undefined,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!fault) return undefined;
  if (fault.delayMs) await sleep(fault.delayMs, undefined, { signal }).catch(() => undefined);
  if (fault.cut === 'before') {
    response.destroy();
    return 'cut';
  }
  if (fault.retryAfterSec !== undefined) {
    replyJson(response, 429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(fault.retryAfterSec) });
    return 'ratelimited';
  }
  if (fault.status !== undefined) {
    replyBytes(response, fault.status, 'injected fault');
    return `http_${fault.status}`;
  }
  if (fault.error !== undefined) {
    replyJson(response, 200, { ok: false, error: fault.error });
    return fault.error;
  }
  return undefined;
}
