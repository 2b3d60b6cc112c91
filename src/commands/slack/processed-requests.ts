import { createHash } from 'node:crypto';
import type { Store } from '../../store/store.ts';
import { writeOnce } from '../../store/write-once.ts';

/** Slack retries a request within minutes, and an event within hours. */
const retentionMs = 48 * 3_600_000;

/** Records a request of Slack as processed. Returns whether this call is the first, also among concurrent calls. */
export async function markRequestProcessed(store: Store, requestId: string, now: Date): Promise<boolean> {
  return (await writeOnce(store, 'processedRequest', hashRequestId(requestId), { processedAt: now.toISOString() }))
    .first;
}

/** Deletes records of requests that Slack no longer retries. */
export async function deleteProcessedRequests(store: Store, now: Date): Promise<void> {
  const expired = (await store.list('processedRequest')).filter(
    ({ value }) => +now - +new Date(value.processedAt) > retentionMs,
  );
  for (const { id, version } of expired) await store.remove('processedRequest', id, version);
}

/** Slack's ids have no fixed format. Record ids have no slash and a maximum length. */
export function hashRequestId(requestId: string): string {
  return createHash('sha256').update(requestId).digest('hex');
}
