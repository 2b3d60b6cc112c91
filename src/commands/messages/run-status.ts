import type { PhaseState, RunView } from '../../engine/service/cluster-service.ts';
import type { ClusterRecord } from '../../store/records.ts';

/** What each operation is called while it goes on, and when it is over. Others are shown by their name. */
const operationLabels: Readonly<Record<string, { readonly inProgress: string; readonly completed: string }>> = {
  create: { inProgress: 'building', completed: 'ready' },
  delete: { inProgress: 'deleting', completed: 'deleted' },
  smoke: { inProgress: 'smoke test', completed: 'smoke test passed' },
  rebuild: { inProgress: 'rebuilding', completed: 'rebuilt' },
  scale: { inProgress: 'scaling', completed: 'scaled' },
  resize: { inProgress: 'resizing', completed: 'resized' },
};

export function getOperationLabels(operation: string): { readonly inProgress: string; readonly completed: string } {
  return operationLabels[operation] ?? { inProgress: operation, completed: `${operation} done` };
}

/** A run at a glance: an icon, and the colour of what is done of it. The words beside them say the same. */
export type RunStatus = 'going' | 'waiting' | 'stopping' | 'failed' | 'cancelled' | 'done';

export const runStatusStyles: Readonly<Record<RunStatus, { readonly icon: string; readonly square: string }>> = {
  going: { icon: '⏳', square: '🟦' },
  waiting: { icon: '✋', square: '🟨' },
  stopping: { icon: '⏹️', square: '⬛' },
  failed: { icon: '❌', square: '🟥' },
  cancelled: { icon: '⏹️', square: '⬛' },
  done: { icon: '✅', square: '🟩' },
};

/** Where a run stands. `waits`: for a person's answer; it waits after a chapter too. */
export function getRunStatus(
  { outcome, cancelRequested, pausedAfterChapter }: Pick<RunView, 'outcome' | 'cancelRequested' | 'pausedAfterChapter'>,
  isAwaitingApproval = false,
): RunStatus {
  switch (outcome) {
    case 'succeeded':
      return 'done';
    case 'failed':
    case 'cancelled':
      return outcome;
    case undefined:
      if (cancelRequested) return 'stopping';
      return isAwaitingApproval || pausedAfterChapter !== undefined ? 'waiting' : 'going';
    default:
      return outcome satisfies never;
  }
}

/** Over, and there is something left to go on with. */
export function isStopped({ outcome }: Pick<RunView, 'outcome'>): boolean {
  return outcome === 'failed' || outcome === 'cancelled';
}

/** The same in a word or two. */
export function describeRunStatus(
  view: Pick<RunView, 'operation' | 'outcome' | 'cancelRequested' | 'pausedAfterChapter'>,
  isAwaitingApproval = false,
): { readonly icon: string; readonly label: string } {
  const { inProgress, completed } = getOperationLabels(view.operation);
  const status = getRunStatus(view, isAwaitingApproval);
  const label: Readonly<Record<RunStatus, string>> = {
    going: inProgress,
    waiting:
      view.pausedAfterChapter === undefined
        ? `${inProgress} waits for a yes`
        : `${inProgress} waits for a button: chapter ${view.pausedAfterChapter} is done`,
    stopping: 'stopping',
    failed: `${inProgress} stopped`,
    cancelled: `${inProgress} cancelled`,
    done: completed,
  };
  return { icon: runStatusStyles[status].icon, label: label[status] };
}

/** A phase at a glance, and in words where its line does not say it by its time. */
export const phaseLabels: Readonly<Record<PhaseState | 'begun', { readonly icon: string; readonly label: string }>> = {
  pending: { icon: '▫️', label: 'to come' },
  running: { icon: '⏳', label: 'going on' },
  retrying: { icon: '🔁', label: 'trying again' },
  /** And not done when the run was over. */
  begun: { icon: '▪️', label: 'begun' },
  done: { icon: '✅', label: 'done' },
  failed: { icon: '❌', label: 'stopped' },
  conflicted: { icon: '⚠️', label: 'exists and differs' },
  deferred: { icon: '⏸️', label: 'left for later' },
};

export const clusterIcons: Readonly<Record<ClusterRecord['state'], string>> = {
  provisioning: '⏳',
  ready: '✅',
  failed: '❌',
  cancelled: '⏹️',
  deleting: '🗑️',
  deleted: '▫️',
};

/** A cluster's state in words. A reason that is none stays as it is. */
export function formatClusterState(state: string): string {
  return state === 'provisioning' ? 'building' : state;
}
