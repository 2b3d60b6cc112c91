import type { Store } from '../../store/store.ts';
import { writeOnce } from '../../store/write-once.ts';
import { hashRequestId } from './processed-requests.ts';

/** Records the channel in which a modal was opened, because Slack sends none with its submission. */
export async function recordViewChannel(store: Store, viewId: string, channel: string, now: Date): Promise<void> {
  const record = { processedAt: now.toISOString(), channel };
  await writeOnce(store, 'processedRequest', hashRequestId(`opened ${viewId}`), record);
}

/** Returns the channel in which a modal was opened, or undefined. */
export async function readViewChannel(store: Pick<Store, 'read'>, viewId: string): Promise<string | undefined> {
  return (await store.read('processedRequest', hashRequestId(`opened ${viewId}`)))?.value.channel;
}
