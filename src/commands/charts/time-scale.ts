import type { Span } from './build-timeline.ts';

/** Maximum share of the width for one pause. */
const maxPauseShare = 0.14;

/**
 * Maps Unix ms to an offset between 0 and `width`. Linear, except that long pauses are compressed to leave room for
 * the work.
 * @returns `compressedPauses`: the pauses that are not drawn to scale
 */
export function createTimeScale(
  whole: Span,
  pauses: readonly Span[],
  width: number,
): { readonly toOffset: (ms: number) => number; readonly compressedPauses: readonly Span[] } {
  const total = Math.max(1, whole.toMs - whole.fromMs);
  const getDurationMs = ({ fromMs, toMs }: Span) => toMs - fromMs;
  const longPauses = pauses.filter((pause) => getDurationMs(pause) > total * maxPauseShare);
  const busyMs = total - longPauses.reduce((sum, pause) => sum + getDurationMs(pause), 0);
  // Without any work there is nothing to make room for.
  const compressedPauses = busyMs > 0 ? longPauses : [];
  const pauseWidth = compressedPauses.length > 0 ? Math.min(maxPauseShare, 0.5 / compressedPauses.length) * width : 0;
  const perMs = compressedPauses.length > 0 ? (width - pauseWidth * compressedPauses.length) / busyMs : width / total;
  function toOffset(ms: number): number {
    const clampedMs = Math.min(whole.toMs, Math.max(whole.fromMs, ms));
    let offset = (clampedMs - whole.fromMs) * perMs;
    for (const pause of compressedPauses) {
      const elapsedMs = Math.min(clampedMs, pause.toMs) - pause.fromMs;
      if (elapsedMs > 0) offset += (elapsedMs / getDurationMs(pause)) * pauseWidth - elapsedMs * perMs;
    }
    return Math.round(offset * 10) / 10;
  }
  return { toOffset, compressedPauses };
}
