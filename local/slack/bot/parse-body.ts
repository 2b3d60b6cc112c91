import type { Delivery } from './deliver.ts';

/** The body of an answer: JSON where it is an object, else text. */
export function parseBody(sent: Extract<Delivery, { ok: true }>): unknown {
  if (!sent.contentType.includes('json') && !sent.body.startsWith('{')) return sent.body;
  try {
    return JSON.parse(sent.body || '""');
  } catch {
    return sent.body;
  }
}
