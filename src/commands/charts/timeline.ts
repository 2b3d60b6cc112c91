import type { RunView } from '../../engine/service/cluster-service.ts';
import type { StoredEvent } from '../../store/events.ts';
import { formatCount } from '../messages/count.ts';
import { describeRunStatus } from '../messages/describe-status.ts';
import { formatDuration } from '../messages/duration.ts';
import { buildTimeline, type Span, type Timeline, type TimelinePause, type TimelineRow } from './build-timeline.ts';
import { renderCard } from './card.ts';
import { renderElement } from './element.ts';
import { palette } from './palette.ts';
import { estimateTextWidth, renderText } from './text.ts';
import { createTimeScale } from './time-scale.ts';

const width = 1_200;
const leftMargin = 282;
const rightMargin = 132;
const rowHeight = 26;
const topMargin = 128;
const chartWidth = width - leftMargin - rightMargin;

type ToX = (ms: number) => number;

/** Timeline of a run, one row per phase, as SVG. Pure. */
export function renderTimelineSvg(view: RunView, events: readonly StoredEvent[]): string {
  const timeline = buildTimeline(view, events);
  const { rows, pauses, whole } = timeline;
  const bottom = topMargin + Math.max(1, rows.length) * rowHeight;
  const { toOffset, compressedPauses } = createTimeScale(whole, pauses, chartWidth);
  const toX: ToX = (ms) => leftMargin + toOffset(ms);
  return renderCard(
    width,
    bottom + 78,
    renderHatchPattern(),
    ...renderHeading(view, timeline),
    ...renderStripes(rows),
    ...renderTicks(whole, compressedPauses, toX, bottom),
    ...pauses.map((pause) => renderPauseBand(pause, compressedPauses.includes(pause), toX, bottom)),
    ...rows.map((row, i) => renderRow(row, topMargin + i * rowHeight, toX)),
    ...(rows.length === 0
      ? [renderText(leftMargin, topMargin + 18, 'No step was started', { fill: palette.faint })]
      : []),
    ...renderLegend(bottom + 48),
  );
}

/** Alt text of the timeline. */
export function describeTimeline(view: RunView, events: readonly StoredEvent[]): string {
  const { rows, pauses, criticalPath, whole } = buildTimeline(view, events);
  const longest = rows
    .toSorted((a, b) => getDurationMs(b.whole) - getDurationMs(a.whole))
    .slice(0, 3)
    .map((row) => `${row.title} ${formatDuration(getDurationMs(row.whole))}`);
  const phases = [
    ...new Set(
      criticalPath.flatMap((step) => view.phases.find((p) => p.name === view.steps[step]?.phase)?.title ?? []),
    ),
  ];
  const retries = rows.reduce((sum, row) => sum + row.retries.length, 0);
  return [
    `Timeline of ${view.cluster}: ${describeRunStatus(view).label} after ${formatDuration(getDurationMs(whole))}, ${formatCount(rows.length, 'phase')}`,
    ...(longest.length > 0 ? [`longest: ${longest.join(', ')}`] : []),
    ...(phases.length > 0 ? [`critical path: ${phases.join(' → ')}`] : []),
    ...pauses.map((pause) => `${pause.label} for ${formatDuration(getDurationMs(pause))}`),
    ...(retries > 0 ? [formatCount(retries, 'retry', 'retries')] : []),
  ].join('; ');
}

function renderHeading(view: RunView, { whole, rows }: Timeline): string[] {
  const retries = rows.reduce((sum, row) => sum + row.retries.length, 0);
  const parts = [
    formatCount(rows.length, 'phase'),
    formatCount(Object.keys(view.steps).length, 'step'),
    ...(retries > 0 ? [formatCount(retries, 'retry', 'retries')] : []),
    `started ${new Date(whole.fromMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  ];
  return [
    renderText(
      28,
      46,
      `${view.cluster} · ${describeRunStatus(view).label} after ${formatDuration(getDurationMs(whole))}`,
      {
        size: 24,
        bold: true,
      },
    ),
    renderText(28, 74, parts.join(' · '), { size: 15, fill: palette.faint }),
  ];
}

function renderRow({ title, state, whole, work, critical, retries }: TimelineRow, y: number, toX: ToX): string {
  const middle = y + rowHeight / 2;
  const renderBar = ({ fromMs, toMs }: Span, height: number, fill: string) =>
    renderElement('rect', {
      x: toX(fromMs),
      y: middle - height / 2,
      width: Math.max(2.5, toX(toMs) - toX(fromMs)),
      height,
      rx: Math.min(3, height / 2),
      fill,
    });
  const hasFailed = state === 'failed' || state === 'conflicted';
  return [
    renderText(leftMargin - 14, middle + 5, title, {
      anchor: 'end',
      width: leftMargin - 42,
      bold: critical.length > 0,
    }),
    renderBar(whole, 4, palette.rest),
    ...work.map((span) => renderBar(span, 9, palette.work)),
    ...critical.map((span) => renderBar(span, 15, palette.critical)),
    ...retries.map((ms) => renderRetryMark(toX(ms), middle)),
    ...(hasFailed ? [renderCross(toX(whole.toMs) + 2, middle)] : []),
    renderText(
      width - 24,
      middle + 5,
      `${hasFailed ? 'failed, ' : ''}${state === 'deferred' ? 'deferred, ' : ''}${formatDuration(getDurationMs(whole))}`,
      {
        anchor: 'end',
        size: 13,
        fill: hasFailed ? palette.bad : palette.faint,
      },
    ),
  ].join('');
}

/** A triangle on the bar, so that retries don't depend on colour alone. */
function renderRetryMark(x: number, y: number): string {
  return renderElement('path', {
    d: `M${x - 5} ${y - 11}h10l-5 9z`,
    fill: palette.warn,
    stroke: palette.card,
    'stroke-width': 1,
  });
}

function renderCross(x: number, y: number): string {
  return renderElement('path', {
    d: `M${x - 5} ${y - 5}l10 10m0 -10l-10 10`,
    stroke: palette.bad,
    'stroke-width': 3,
    'stroke-linecap': 'round',
  });
}

function renderStripes(rows: readonly TimelineRow[]): string[] {
  return rows.flatMap((_, i) =>
    i % 2 === 0
      ? [
          renderElement('rect', {
            x: 16,
            y: topMargin + i * rowHeight,
            width: width - 32,
            height: rowHeight,
            rx: 6,
            fill: palette.stripe,
          }),
        ]
      : [],
  );
}

/** Elapsed time since the start. Compressed pauses have no ticks. */
function renderTicks(whole: Span, compressedPauses: readonly Span[], toX: ToX, bottom: number): string[] {
  const intervalMs = computeTickInterval(
    getDurationMs(whole) - compressedPauses.reduce((sum, pause) => sum + getDurationMs(pause), 0),
  );
  const out: string[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (let ms = whole.fromMs; ms <= whole.toMs; ms += intervalMs) {
    const x = toX(ms);
    if (x - last < 70 || compressedPauses.some(({ fromMs, toMs }) => ms > fromMs && ms < toMs)) continue;
    last = x;
    out.push(
      renderElement('path', {
        d: `M${x} ${topMargin - 6}V${bottom}`,
        stroke: palette.edge,
        'stroke-width': 1,
        'stroke-dasharray': '2 4',
      }),
      renderText(x, topMargin - 12, ms === whole.fromMs ? '0' : formatDuration(ms - whole.fromMs), {
        anchor: 'middle',
        size: 12,
        fill: palette.faint,
      }),
    );
  }
  return out;
}

function computeTickInterval(ms: number): number {
  const seconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400];
  return 1_000 * (seconds.find((one) => ms / 1_000 / one <= 9) ?? Math.ceil(ms / 1_000 / 9));
}

function renderPauseBand(
  { fromMs, toMs, label }: TimelinePause,
  isCompressed: boolean,
  toX: ToX,
  bottom: number,
): string {
  const [x, endX] = [toX(fromMs), toX(toMs)];
  const caption = `${label} · ${formatDuration(toMs - fromMs)}${isCompressed ? ' (not to scale)' : ''}`;
  const middle = Math.min(
    width - 20 - estimateTextWidth(caption, 13) / 2,
    Math.max(leftMargin + estimateTextWidth(caption, 13) / 2, (x + endX) / 2),
  );
  return [
    renderElement('rect', {
      x,
      y: topMargin - 4,
      width: Math.max(3, endX - x),
      height: bottom - topMargin + 4,
      rx: 4,
      fill: 'url(#waiting)',
      stroke: palette.pause,
      'stroke-width': 1,
    }),
    renderText(middle, topMargin - 30, caption, { anchor: 'middle', size: 13, fill: palette.pause, bold: true }),
  ].join('');
}

function renderHatchPattern(): string {
  const line = renderElement('path', {
    d: 'M0 8L8 0M-2 2L2 -2M6 10L10 6',
    stroke: palette.pause,
    'stroke-width': 1.2,
    opacity: 0.55,
  });
  return renderElement(
    'defs',
    {},
    renderElement('pattern', { id: 'waiting', width: 8, height: 8, patternUnits: 'userSpaceOnUse' }, line),
  );
}

function renderLegend(y: number): string[] {
  const renderSwatch = (x: number, height: number, fill: string) =>
    renderElement('rect', { x, y: y - 5 - height / 2, width: 26, height, rx: 3, fill });
  const renderLabel = (x: number, label: string) => renderText(x, y, label, { size: 13, fill: palette.faint });
  return [
    ...[renderSwatch(leftMargin, 15, palette.critical), renderLabel(leftMargin + 34, 'critical path')],
    ...[renderSwatch(leftMargin + 214, 9, palette.work), renderLabel(leftMargin + 248, 'in parallel')],
    ...[renderSwatch(leftMargin + 380, 4, palette.rest), renderLabel(leftMargin + 414, 'phase not done')],
    ...[renderRetryMark(leftMargin + 526, y - 1), renderLabel(leftMargin + 540, 'retry')],
    ...[
      renderElement('rect', {
        x: leftMargin + 630,
        y: y - 12,
        width: 26,
        height: 14,
        fill: 'url(#waiting)',
        stroke: palette.pause,
      }),
      renderLabel(leftMargin + 664, 'waiting'),
    ],
  ];
}

function getDurationMs({ fromMs, toMs }: Span): number {
  return toMs - fromMs;
}
