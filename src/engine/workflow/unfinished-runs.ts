import type { Store } from '../../store/store.ts';
import { updateRecord } from './finalize-run.ts';

/** Every run that is not over, oldest first: what a process looks at when it starts. */
export async function listUnfinishedRuns(store: Store): Promise<string[]> {
  for (const { id, value } of await store.listActiveClusters())
    if (value.activeRun) await reopenActiveRun(store, id, value.activeRun);
  return await store.listOpenRuns();
}

/** A run that was resumed by a process which ended before it could open it: its cluster is held, so it goes on. */
async function reopenActiveRun(store: Store, cluster: string, run: string): Promise<void> {
  const record = (await store.read('run', run))?.value;
  if (!record || record.open) return;
  // Another process may have ended the run just now. It lets the cluster go first, so one that is still held was taken again.
  if ((await store.read('cluster', cluster))?.value.activeRun !== run) return;
  await updateRecord(store, 'run', run, (found) => ({ ...found, open: true }));
}
