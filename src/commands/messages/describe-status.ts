import type { ClusterStatus, RunView } from '../../engine/service/cluster-service.ts';
import type { ClusterState } from '../../engine/workflow/cluster-state.ts';
import { getOperationLabels } from './operation-labels.ts';
import { getRunStatus, type RunStatus, runStatusIcons } from './run-status.ts';

type LabelledRun = Pick<
  RunView,
  'operation' | 'outcome' | 'cancelRequested' | 'pausedAfterChapter' | 'problems' | 'phases'
>;

interface StatusText {
  readonly icon: string;
  readonly label: string;
}

/** Status of a run in a few words, such as `create failed` or `ready without DNS`. */
export function describeRunStatus(view: LabelledRun, isAwaitingApproval = false): StatusText {
  const { noun, inProgress, completed } = getOperationLabels(view.operation);
  const status = getRunStatus(view, isAwaitingApproval);
  const labels: Readonly<Record<RunStatus, string>> = {
    running: inProgress,
    waiting:
      view.pausedAfterChapter === undefined
        ? `${noun} awaiting approval`
        : `${noun} paused after chapter ${view.pausedAfterChapter}`,
    cancelling: `cancelling ${noun}`,
    failed: hasOnlySmokeTestFailed(view) ? `${completed}, but the smoke test failed` : `${noun} failed`,
    cancelled: `${noun} cancelled`,
    incomplete: `${completed} without ${listDeferredPhases(view)}`,
    done: completed,
  };
  return { icon: runStatusIcons[status].icon, label: labels[status] };
}

/** Status of a cluster. A ready cluster with deferred steps is not shown as ready. */
export function describeClusterStatus({
  state,
  lastSucceededRun,
}: Pick<ClusterStatus, 'state' | 'lastSucceededRun'>): StatusText {
  if (state === 'ready' && lastSucceededRun && getRunStatus(lastSucceededRun) === 'incomplete')
    return { icon: runStatusIcons.incomplete.icon, label: `ready without ${listDeferredPhases(lastSucceededRun)}` };
  return { icon: clusterStatusIcons[state], label: formatClusterState(state) };
}

/** @param state of a cluster, or any other reason, which is returned as is */
export function formatClusterState(state: string): string {
  return state === 'provisioning' ? 'creating' : state;
}

/** The cluster was changed as requested, and only its test failed. SSH access is disabled after the test. */
function hasOnlySmokeTestFailed({ operation, phases }: Pick<RunView, 'operation' | 'phases'>): boolean {
  if (operation === 'create' || operation === 'smoke') return false;
  return (
    phases.some(({ name, state }) => name === 'smoke' && state === 'failed') &&
    phases.every(
      ({ name, state }) => name === 'smoke' || name === 'disable-ssh' || state === 'done' || state === 'deferred',
    )
  );
}

function listDeferredPhases({ phases }: Pick<RunView, 'phases'>): string {
  const titles = phases.filter(({ state }) => state === 'deferred').map(({ title }) => title.replace(/ add-on$/, ''));
  return titles.length > 0 ? titles.join(', ') : 'deferred steps';
}

const clusterStatusIcons: Readonly<Record<ClusterState, string>> = {
  provisioning: '⏳',
  ready: '✅',
  failed: '❌',
  cancelled: '⏹️',
  deleting: '🗑️',
  deleted: '▫️',
};
