import type { ClusterRecord } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import type { MissingPart } from '../diagnostics/find-missing-parts.ts';
import { readActiveCluster } from './read-active-cluster.ts';

interface MissingPartsDeps {
  readonly store: Store;
  observeMissingParts?(record: ClusterRecord): Promise<readonly MissingPart[]>;
}

/** Observes a ready cluster that no run is changing. Empty for all others: their run reports what is missing. */
export async function listMissingParts(deps: MissingPartsDeps, name: string): Promise<readonly MissingPart[]> {
  const record = (await readActiveCluster(deps.store, name))?.value;
  if (record?.settledState !== 'ready' || record.activeRun !== undefined) return [];
  return (await deps.observeMissingParts?.(record)) ?? [];
}
