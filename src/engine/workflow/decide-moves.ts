import type { PlannedStep } from './plan.ts';
import { getStepRecord, type RunState } from './run-state.ts';

export type Move =
  | { readonly kind: 'step'; readonly key: string }
  | { readonly kind: 'requestApproval' }
  /** The chapter is complete. */
  | { readonly kind: 'pause'; readonly chapter: number }
  | { readonly kind: 'sleep'; readonly until: Date }
  | { readonly kind: 'finish'; readonly outcome: 'succeeded' | 'failed' | 'cancelled' };

/**
 * Decides what a run does now. Pure. The runner carries out the moves and asks again. Without moves it waits for the
 * running steps.
 * @param canDestroy whether the approval covers what the plan would delete now
 */
export function decideMoves(steps: readonly PlannedStep[], s: RunState, now: Date, canDestroy: boolean): Move[] {
  const getState = (key: string) => getStepRecord(s, key).state;
  const isComplete = (key: string) => getState(key) === 'done' || getState(key) === 'deferred';
  if (s.outcome) return [];
  if (steps.every((p) => isComplete(p.id))) return [{ kind: 'finish', outcome: 'succeeded' }];
  const isBusy = steps.some((p) => getState(p.id) === 'running');
  if (s.cancelRequested || s.isRejected) return isBusy ? [] : [{ kind: 'finish', outcome: 'cancelled' }];
  if (s.fault && !s.fault.retryAt) return isBusy ? [] : [{ kind: 'finish', outcome: 'failed' }];
  const hasFailed = steps.some((p) => getState(p.id) === 'failed' || getState(p.id) === 'conflicted');
  if (hasFailed) return isBusy ? [] : [{ kind: 'finish', outcome: 'failed' }];
  const { current: chapter, completed } = findChapters(steps, (p) => isComplete(p.id));
  if (!s.skipsPauses && completed > s.lastPassedChapter) return isBusy ? [] : [{ kind: 'pause', chapter: completed }];
  const isInChapter = (p: PlannedStep) => s.skipsPauses || p.chapter === undefined || p.chapter <= chapter;
  const readySteps = steps.filter(
    (p) => getState(p.id) === 'pending' && isInChapter(p) && p.dependsOn.every(isComplete),
  );
  if (!canDestroy && readySteps.some((p) => p.isDestructive)) return isBusy ? [] : [{ kind: 'requestApproval' }];
  const getDueTime = (p: PlannedStep) => getStepRecord(s, p.id).retryAt ?? now;
  const dueSteps = readySteps.filter((p) => getDueTime(p) <= now);
  if (dueSteps.length > 0) return dueSteps.map((p) => ({ kind: 'step', key: p.id }));
  const soonest = readySteps.map(getDueTime).sort((a, b) => +a - +b)[0];
  return soonest && !isBusy ? [{ kind: 'sleep', until: soonest }] : [];
}

/** The chapter in progress, and the last completed chapter, or 0. */
function findChapters(steps: readonly PlannedStep[], isComplete: (p: PlannedStep) => boolean) {
  const current = Math.min(...steps.flatMap((p) => (p.chapter === undefined || isComplete(p) ? [] : p.chapter)));
  const completed = Math.max(
    0,
    ...steps.flatMap((p) => (p.chapter !== undefined && p.chapter < current ? p.chapter : [])),
  );
  return { current, completed };
}
