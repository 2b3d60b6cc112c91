import type { ClusterSpec } from '../../store/records.ts';

/** `1 phase`, `2 phases`. @param plural @default the singular with an s */
export function formatCount(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}

/** `3 control plane + 3 worker nodes`. */
export function formatNodeCounts({ controllers, workers }: Pick<ClusterSpec, 'controllers' | 'workers'>): string {
  return `${controllers} control plane + ${formatCount(workers, 'worker node')}`;
}
