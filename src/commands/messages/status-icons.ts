import type { PhaseState } from '../../engine/service/cluster-service.ts';
import type { ClusterRecord } from '../../store/records.ts';
import type { RunStatus } from './run-status.ts';

/** Icon and progress bar colour by run status. The text next to them says the same. */
export const runStatusIcons: Readonly<Record<RunStatus, { readonly icon: string; readonly square: string }>> = {
  running: { icon: '⏳', square: '🟦' },
  waiting: { icon: '✋', square: '🟨' },
  cancelling: { icon: '⏹️', square: '⬛' },
  failed: { icon: '❌', square: '🟥' },
  cancelled: { icon: '⏹️', square: '⬛' },
  incomplete: { icon: '⚠️', square: '🟧' },
  done: { icon: '✅', square: '🟩' },
};

/** Icon and label by phase state. `incomplete`: started, but not done when the run ended. */
export const phaseStatusIcons: Readonly<
  Record<PhaseState | 'incomplete', { readonly icon: string; readonly label: string }>
> = {
  pending: { icon: '▫️', label: 'pending' },
  running: { icon: '⏳', label: 'in progress' },
  retrying: { icon: '🔁', label: 'retrying' },
  incomplete: { icon: '▪️', label: 'incomplete' },
  done: { icon: '✅', label: 'done' },
  failed: { icon: '❌', label: 'failed' },
  conflicted: { icon: '⚠️', label: 'conflict' },
  deferred: { icon: '⏸️', label: 'deferred' },
};

export const clusterStatusIcons: Readonly<Record<ClusterRecord['state'], string>> = {
  provisioning: '⏳',
  ready: '✅',
  failed: '❌',
  cancelled: '⏹️',
  deleting: '🗑️',
  deleted: '▫️',
};
