import type { MachineSight } from '../../engine/diagnostics/cluster-snapshot.ts';

export interface Health {
  readonly is: 'good' | 'bad' | 'unknown';
  readonly words: string;
}

/** How a machine is, as far as it could be seen. Pure. */
export function healthOf({ role, exists, status, down, ready }: MachineSight): Health {
  if (exists === false) return bad('not there');
  if (status !== undefined && status !== 'RUNNING') return bad(status.toLowerCase());
  if (ready === false) return bad('node not ready');
  if (down && down.length > 0) return bad(`down: ${down.join(', ')}`);
  if (!down) return { is: 'unknown', words: ready ? 'node ready, not seen' : 'could not be looked at' };
  if (role === 'controller') return { is: 'good', words: 'healthy' };
  return ready ? { is: 'good', words: 'node ready' } : { is: 'unknown', words: 'runs, node not seen' };
}

function bad(words: string): Health {
  return { is: 'bad', words };
}
