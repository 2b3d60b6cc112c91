import type { Span } from './timeline-data.ts';

/** Of the width: as much as one pause takes at most, however long it was. */
const widestPause = 0.14;

/**
 * From an instant to a place between 0 and `width`: straight, but for pauses that would leave no room for what was done.
 * `squeezed`: which pauses are drawn shorter than they were.
 */
export function timeScale(
  whole: Span,
  pauses: readonly Span[],
  width: number,
): { readonly at: (ms: number) => number; readonly squeezed: readonly Span[] } {
  const total = Math.max(1, whole.toMs - whole.fromMs);
  const lengthOf = ({ fromMs, toMs }: Span) => toMs - fromMs;
  const long = pauses.filter((pause) => lengthOf(pause) > total * widestPause);
  const busyMs = total - long.reduce((sum, pause) => sum + lengthOf(pause), 0);
  // Where all was waiting there is nothing to make room for.
  const squeezed = busyMs > 0 ? long : [];
  const pauseWidth = squeezed.length > 0 ? Math.min(widestPause, 0.5 / squeezed.length) * width : 0;
  const perMs = squeezed.length > 0 ? (width - pauseWidth * squeezed.length) / busyMs : width / total;
  function at(ms: number): number {
    const upTo = Math.min(whole.toMs, Math.max(whole.fromMs, ms));
    let place = (upTo - whole.fromMs) * perMs;
    for (const pause of squeezed) {
      const passed = Math.min(upTo, pause.toMs) - pause.fromMs;
      if (passed > 0) place += (passed / lengthOf(pause)) * pauseWidth - passed * perMs;
    }
    return Math.round(place * 10) / 10;
  }
  return { at, squeezed };
}
