import { createHash } from 'node:crypto';
import type { Call } from '../gcp/compute/compute-client.ts';
import type { Context } from './step.ts';

/** One of several calls of one step, each under an id of its own that is the same again after a crash. */
export function callOf({ request, signal }: Pick<Context, 'request' | 'signal'>, verb: string): Call {
  const hex = createHash('sha256').update(`${request} ${verb}`).digest('hex');
  const id = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)];
  return { request: id.join('-'), signal };
}
