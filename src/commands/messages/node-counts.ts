import type { ClusterSpec } from '../../store/records.ts';
import { formatCount } from './count.ts';

/** `3 control plane + 3 worker nodes`. */
export function formatNodeCounts({ controllers, workers }: Pick<ClusterSpec, 'controllers' | 'workers'>): string {
  return `${controllers} control plane + ${formatCount(workers, 'worker node')}`;
}
