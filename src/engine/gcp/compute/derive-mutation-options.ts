import { createHash } from 'node:crypto';
import type { MutationOptions } from './compute-client.ts';

/** Options of one of several calls that a step makes. Each call gets a request id that stays the same after a crash. */
export function deriveMutationOptions({ requestId, signal }: MutationOptions, operation: string): MutationOptions {
  const hex = createHash('sha256').update(`${requestId} ${operation}`).digest('hex');
  const id = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)];
  return { requestId: id.join('-'), signal };
}
