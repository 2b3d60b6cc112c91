import type { ClusterRecord, RecordKind, RecordValue, RunRecord } from './records.ts';

/**
 * Whether a record is in the working set: an open run, or a cluster that is not deleted. Stores index it, so that finished
 * work costs nothing.
 */
export function isOpenRecord<K extends RecordKind>(kind: K, value: RecordValue<K>): boolean {
  const { open, activeRun, settledState } = value as Partial<RunRecord & ClusterRecord>;
  return kind === 'cluster' ? settledState !== 'deleted' || activeRun !== undefined : open === true;
}
