import { createHash } from 'node:crypto';
import type { MutationOptions } from '../gcp/compute/compute-client.ts';
import type { StepContext } from './step.ts';

/** One of several calls of one step, each under an id of its own that is the same again after a crash. */
export function deriveMutationOptions(
  { requestId, signal }: Pick<StepContext, 'requestId' | 'signal'>,
  operation: string,
): MutationOptions {
  const hex = createHash('sha256').update(`${requestId} ${operation}`).digest('hex');
  const id = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)];
  return { requestId: id.join('-'), signal };
}
