import { createHash } from 'node:crypto';
import type { Store } from '../../store/store.ts';
import { writeOnce } from '../../store/write-once.ts';

/** Slack repeats a request within minutes, for events within hours. */
const keptMs = 48 * 3_600_000;

/** Whether this request of Slack's comes for the first time. Of two that come at once, one is the first. */
export async function isFirst(store: Store, request: string, now: Date): Promise<boolean> {
  return (await writeOnce(store, 'seen', idOf(request), { at: now.toISOString() })).first;
}

/** Forgets requests so old that Slack repeats them no more. */
export async function forgetOld(store: Store, now: Date): Promise<void> {
  const old = (await store.list('seen')).filter(({ value }) => +now - +new Date(value.at) > keptMs);
  for (const { id, version } of old) await store.remove('seen', id, version);
}

/** Slack's ids have any form; ours have no slash and a fixed length. */
function idOf(request: string): string {
  return createHash('sha256').update(request).digest('hex');
}
