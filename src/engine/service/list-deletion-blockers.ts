import type { ClusterRecord } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import type { DeletionBlocker } from '../steps/deletion-blockers.ts';
import { readActiveCluster } from './load-cluster-status.ts';

interface DeletionBlockersDeps {
  readonly store: Store;
  observeDeletionBlockers?(record: ClusterRecord): Promise<readonly DeletionBlocker[]>;
}

/** Lists what will make a delete fail. Empty if it can't be read in time: the delete checks again before it starts. */
export async function listDeletionBlockers(
  deps: DeletionBlockersDeps,
  name: string,
): Promise<readonly DeletionBlocker[]> {
  const record = (await readActiveCluster(deps.store, name))?.value;
  if (!record) return [];
  try {
    return (await deps.observeDeletionBlockers?.(record)) ?? [];
  } catch {
    return [];
  }
}
