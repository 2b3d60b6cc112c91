import type { InstanceSnapshot } from '../../engine/diagnostics/cluster-snapshot.ts';

export interface InstanceHealth {
  readonly status: 'good' | 'bad' | 'unknown';
  readonly label: string;
}

/** How a machine is, as far as it could be seen. Pure. */
export function computeInstanceHealth({
  role,
  exists,
  status,
  inactiveServices,
  nodeReady,
}: InstanceSnapshot): InstanceHealth {
  if (exists === false) return createUnhealthy('not there');
  if (status !== undefined && status !== 'RUNNING') return createUnhealthy(status.toLowerCase());
  if (nodeReady === false) return createUnhealthy('node not ready');
  if (inactiveServices && inactiveServices.length > 0) return createUnhealthy(`down: ${inactiveServices.join(', ')}`);
  if (!inactiveServices)
    return { status: 'unknown', label: nodeReady ? 'node ready, not seen' : 'could not be looked at' };
  if (role === 'controller') return { status: 'good', label: 'healthy' };
  return nodeReady ? { status: 'good', label: 'node ready' } : { status: 'unknown', label: 'runs, node not seen' };
}

function createUnhealthy(label: string): InstanceHealth {
  return { status: 'bad', label };
}
