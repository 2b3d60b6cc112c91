import type { PlannedStep } from './plan.ts';
import { getStepRecord, type RunState } from './run-state.ts';

export type Move =
  | { readonly kind: 'step'; readonly key: string }
  | { readonly kind: 'ask' }
  /** This chapter is done. */
  | { readonly kind: 'pause'; readonly chapter: number }
  | { readonly kind: 'sleep'; readonly until: Date }
  | { readonly kind: 'finish'; readonly outcome: 'succeeded' | 'failed' | 'cancelled' };

/**
 * Pure: what may be done now. The runner does it and asks again. Nothing: wait for what runs.
 * @param canDestroy whether a person approved what the plan would take away as it is now
 */
export function decideMoves(steps: readonly PlannedStep[], s: RunState, now: Date, canDestroy: boolean): Move[] {
  const getState = (key: string) => getStepRecord(s, key).state;
  const isComplete = (key: string) => getState(key) === 'done' || getState(key) === 'deferred';
  if (s.outcome) return [];
  if (steps.every((p) => isComplete(p.id))) return [{ kind: 'finish', outcome: 'succeeded' }];
  const isBusy = steps.some((p) => getState(p.id) === 'running');
  if (s.cancelRequested || s.isRejected) return isBusy ? [] : [{ kind: 'finish', outcome: 'cancelled' }];
  const hasFailed = steps.some((p) => getState(p.id) === 'failed' || getState(p.id) === 'conflicted');
  if (hasFailed) return isBusy ? [] : [{ kind: 'finish', outcome: 'failed' }];
  const { current: chapter, completed } = findChapters(steps, (p) => isComplete(p.id));
  if (!s.skipsPauses && completed > s.lastPassedChapter) return isBusy ? [] : [{ kind: 'pause', chapter: completed }];
  const isInChapter = (p: PlannedStep) => s.skipsPauses || p.chapter === undefined || p.chapter <= chapter;
  const readySteps = steps.filter(
    (p) => getState(p.id) === 'pending' && isInChapter(p) && p.dependsOn.every(isComplete),
  );
  if (!canDestroy && readySteps.some((p) => p.isDestructive)) return isBusy ? [] : [{ kind: 'ask' }];
  const getDueTime = (p: PlannedStep) => getStepRecord(s, p.id).retryAt ?? now;
  const dueSteps = readySteps.filter((p) => getDueTime(p) <= now);
  if (dueSteps.length > 0) return dueSteps.map((p) => ({ kind: 'step', key: p.id }));
  const soonest = readySteps.map(getDueTime).sort((a, b) => +a - +b)[0];
  return soonest && !isBusy ? [{ kind: 'sleep', until: soonest }] : [];
}

/** The chapter that is being worked on, and the last before it, all of which are done; 0 where there is none. */
function findChapters(steps: readonly PlannedStep[], isComplete: (p: PlannedStep) => boolean) {
  const current = Math.min(...steps.flatMap((p) => (p.chapter === undefined || isComplete(p) ? [] : p.chapter)));
  const completed = Math.max(
    0,
    ...steps.flatMap((p) => (p.chapter !== undefined && p.chapter < current ? p.chapter : [])),
  );
  return { current, completed };
}
