import type { RunView } from '../../engine/service/cluster-service.ts';

/** `incomplete`: succeeded, with deferred steps. `waiting`: for an approval or after a chapter. */
export type RunStatus = 'running' | 'waiting' | 'cancelling' | 'failed' | 'cancelled' | 'incomplete' | 'done';

export function getRunStatus(
  {
    outcome,
    cancelRequested,
    pausedAfterChapter,
    problems,
  }: Pick<RunView, 'outcome' | 'cancelRequested' | 'pausedAfterChapter' | 'problems'>,
  isAwaitingApproval = false,
): RunStatus {
  switch (outcome) {
    case 'succeeded':
      return problems.length > 0 ? 'incomplete' : 'done';
    case 'failed':
    case 'cancelled':
      return outcome;
    case undefined:
      if (cancelRequested) return 'cancelling';
      return isAwaitingApproval || pausedAfterChapter !== undefined ? 'waiting' : 'running';
    default:
      return outcome satisfies never;
  }
}

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
