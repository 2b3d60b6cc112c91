import { createHash } from 'node:crypto';
import type { Store } from '../../store/store.ts';
import { writeOnce } from '../../store/write-once.ts';

/** Slack repeats a request within minutes, for events within hours. */
const retentionMs = 48 * 3_600_000;

/** Whether this request of Slack's comes for the first time. Of two that come at once, one is the first. */
export async function markProcessed(store: Store, requestId: string, now: Date): Promise<boolean> {
  return (await writeOnce(store, 'processedRequest', hashRequestId(requestId), { processedAt: now.toISOString() }))
    .first;
}

/** Forgets requests so old that Slack repeats them no more. */
export async function deleteOldRequests(store: Store, now: Date): Promise<void> {
  const expired = (await store.list('processedRequest')).filter(
    ({ value }) => +now - +new Date(value.processedAt) > retentionMs,
  );
  for (const { id, version } of expired) await store.remove('processedRequest', id, version);
}

/** Slack's ids have any form; ours have no slash and a fixed length. */
function hashRequestId(requestId: string): string {
  return createHash('sha256').update(requestId).digest('hex');
}
