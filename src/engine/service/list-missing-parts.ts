import type { ClusterRecord, ClusterSpec } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { deriveCluster } from '../cluster/cluster.ts';
import type { MissingPart } from '../diagnostics/find-missing-parts.ts';
import type { Operation } from '../workflow/operation.ts';
import { readActiveCluster } from './load-cluster-status.ts';

export interface MissingPartsDeps {
  readonly store: Store;
  observeMissingParts?(record: ClusterRecord): Promise<readonly MissingPart[]>;
}

/** Observes a ready cluster that no run is changing. Empty for all others: their run reports what is missing. */
export async function listMissingParts(deps: MissingPartsDeps, name: string): Promise<readonly MissingPart[]> {
  const record = (await readActiveCluster(deps.store, name))?.value;
  if (record?.settledState !== 'ready' || record.activeRun !== undefined) return [];
  return (await deps.observeMissingParts?.(record)) ?? [];
}

/** What an operation finds missing before it starts. Parts that block it are a refusal. */
export type OperationObservation =
  | { readonly missingParts?: readonly MissingPart[] }
  | { readonly blockedBy: readonly MissingPart[] };

/** Observes a cluster before an operation starts or continues. @param spec the cluster that the operation leads to */
export async function observeBeforeOperation(
  deps: MissingPartsDeps,
  operation: Operation,
  spec: ClusterSpec,
): Promise<OperationObservation> {
  const missingParts = await listMissingParts(deps, spec.name);
  if (missingParts.length === 0) return {};
  const keptInstances = new Set(deriveCluster(spec).instances.map(({ name }) => name));
  const isKept = ({ instance }: MissingPart) => instance === undefined || keptInstances.has(instance);
  const blockedBy = missingParts.filter((part) => operation.blockedBy?.includes(part.kind) && isKept(part));
  return blockedBy.length > 0 ? { blockedBy } : { missingParts };
}
