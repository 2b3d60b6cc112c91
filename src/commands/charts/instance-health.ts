import type { InstanceSnapshot } from '../../engine/diagnostics/cluster-snapshot.ts';

export interface InstanceHealth {
  readonly status: 'good' | 'bad' | 'unknown';
  readonly label: string;
}

/** Unknown unless both the services and, on workers, the node were checked. Pure. */
export function computeInstanceHealth({
  role,
  exists,
  status,
  inactiveServices,
  nodeReady,
}: InstanceSnapshot): InstanceHealth {
  if (exists === false) return createUnhealthy('missing');
  if (status !== undefined && status !== 'RUNNING') return createUnhealthy(status.toLowerCase());
  if (nodeReady === false) return createUnhealthy('node not ready');
  if (inactiveServices && inactiveServices.length > 0)
    return createUnhealthy(`inactive: ${inactiveServices.join(', ')}`);
  if (!inactiveServices)
    return { status: 'unknown', label: nodeReady ? 'node ready, services unknown' : 'not checked' };
  if (role === 'controller') return { status: 'good', label: 'healthy' };
  return nodeReady ? { status: 'good', label: 'node ready' } : { status: 'unknown', label: 'running, node unknown' };
}

function createUnhealthy(label: string): InstanceHealth {
  return { status: 'bad', label };
}
