import type { DeliveryResult } from './deliver.ts';

/** Parses a response body: a JSON object, else text. */
export function parseBody(result: Extract<DeliveryResult, { ok: true }>): unknown {
  if (!result.contentType.includes('json') && !result.body.startsWith('{')) return result.body;
  try {
    return JSON.parse(result.body || '""');
  } catch {
    return result.body;
  }
}
