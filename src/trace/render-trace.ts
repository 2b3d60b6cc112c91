import type { TraceLine } from './trace-file.ts';

const barWidth = 40;

/** The runs in a file of spans as text: an outline with each span's time, and where in the run it lies. */
export function showTrace(lines: readonly TraceLine[]): string[] {
  // A run that went on later was written again, whole: the newest of each span counts.
  const spans = [...new Map(lines.map((line) => [`${line.traceId} ${line.spanId}`, line])).values()];
  return spans
    .filter(({ parentSpanId }) => parentSpanId === undefined)
    .flatMap((root) => outline(root, 0, root, spans));
}

function outline(span: TraceLine, depth: number, root: TraceLine, all: readonly TraceLine[]): string[] {
  const children = all
    .filter(({ traceId, parentSpanId }) => traceId === span.traceId && parentSpanId === span.spanId)
    .sort((a, b) => a.startMs - b.startMs);
  const name = `${'  '.repeat(depth)}${span.name}`.padEnd(48);
  const time = `${((span.endMs - span.startMs) / 1000).toFixed(1)} s`.padStart(9);
  const line = `${name} ${time}  ${bar(span, root)}${span.error === undefined ? '' : `  ! ${span.error}`}`;
  return [line.trimEnd(), ...children.flatMap((child) => outline(child, depth + 1, root, all))];
}

function bar(span: TraceLine, root: TraceLine): string {
  const whole = Math.max(1, root.endMs - root.startMs);
  const at = (ms: number) => Math.min(barWidth - 1, Math.floor(((ms - root.startMs) / whole) * barWidth));
  const [from, to] = [at(span.startMs), at(span.endMs)];
  return `|${' '.repeat(from)}${'='.repeat(to - from + 1)}${' '.repeat(barWidth - 1 - to)}|`;
}
