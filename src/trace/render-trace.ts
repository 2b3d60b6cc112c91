import type { TraceLine } from './trace-file.ts';

const barWidth = 40;

/** Renders spans as an outline with durations and time bars. */
export function renderTrace(lines: readonly TraceLine[]): string[] {
  // A resumed run is written again in full. The last line of each span wins.
  const spans = [...new Map(lines.map((line) => [`${line.traceId} ${line.spanId}`, line])).values()];
  return spans
    .filter(({ parentSpanId }) => parentSpanId === undefined)
    .flatMap((root) => renderOutline(root, 0, root, spans));
}

function renderOutline(span: TraceLine, depth: number, root: TraceLine, all: readonly TraceLine[]): string[] {
  const children = all
    .filter(({ traceId, parentSpanId }) => traceId === span.traceId && parentSpanId === span.spanId)
    .sort((a, b) => a.startMs - b.startMs);
  const name = `${'  '.repeat(depth)}${span.name}`.padEnd(48);
  const time = `${((span.endMs - span.startMs) / 1000).toFixed(1)} s`.padStart(9);
  const line = `${name} ${time}  ${renderBar(span, root)}${span.error === undefined ? '' : `  ! ${span.error}`}`;
  return [line.trimEnd(), ...children.flatMap((child) => renderOutline(child, depth + 1, root, all))];
}

function renderBar(span: TraceLine, root: TraceLine): string {
  const durationMs = Math.max(1, root.endMs - root.startMs);
  const toColumn = (ms: number) => Math.min(barWidth - 1, Math.floor(((ms - root.startMs) / durationMs) * barWidth));
  const [from, to] = [toColumn(span.startMs), toColumn(span.endMs)];
  return `|${' '.repeat(from)}${'='.repeat(to - from + 1)}${' '.repeat(barWidth - 1 - to)}|`;
}
