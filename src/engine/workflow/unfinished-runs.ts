import type { Store } from '../../store/store.ts';
import { updateRecord } from './finalize-run.ts';

/** Runs to execute when a process starts, oldest first. */
export async function listUnfinishedRuns(store: Store): Promise<string[]> {
  for (const { id, value } of await store.listActiveClusters())
    for (const run of [value.activeRun, value.queuedRun]) if (run !== undefined) await reopenRun(store, id, run);
  return await store.listOpenRuns();
}

/** Opens a run that the cluster refers to: the process that started or resumed it ended before it could open the run. */
async function reopenRun(store: Store, cluster: string, run: string): Promise<void> {
  const record = (await store.read('run', run))?.value;
  if (!record || record.open) return;
  // Another process may have ended the run just now. It releases the cluster before it closes the run.
  const found = (await store.read('cluster', cluster))?.value;
  if (found?.activeRun !== run && found?.queuedRun !== run) return;
  await updateRecord(store, 'run', run, (each) => ({ ...each, open: true }));
}
