import type { PlannedStep } from './plan.ts';

/**
 * The same plan, chapter by chapter: each step says in which it is done. That is its phase's, or an earlier one where
 * something is waiting for it already: machines are made with the ssh key of a later chapter. Pure.
 */
export function assignChapters(planned: readonly PlannedStep[]): PlannedStep[] {
  const chapters = new Map(planned.map((p) => [p.id, p.phase.chapter]));
  const byId = new Map(planned.map((p) => [p.id, p]));
  function moveToChapter(chapter: number, id: string): void {
    if ((chapters.get(id) ?? 0) <= chapter) return;
    chapters.set(id, chapter);
    for (const dependency of byId.get(id)?.dependsOn ?? []) moveToChapter(chapter, dependency);
  }
  for (const { phase, dependsOn } of planned) for (const id of dependsOn) moveToChapter(phase.chapter, id);
  return planned.map((p) => ({ ...p, chapter: chapters.get(p.id) ?? p.phase.chapter }));
}
