import type { PlannedStep } from './plan.ts';

/**
 * Assigns a chapter to each step. Pure. It is the chapter of its phase, or an earlier one if a step there depends on it:
 * instances of chapter 3 need the SSH key of chapter 4.
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
