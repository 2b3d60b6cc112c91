import type { RunView } from '../../engine/service/cluster-service-types.ts';
import type { StoredEvent } from '../../store/events.ts';
import { duration } from '../messages/duration.ts';
import { called } from '../messages/run-status.ts';
import { palette } from './palette.ts';
import { card, element, text, widthOf } from './svg.ts';
import { timeScale } from './time-scale.ts';
import { type Pause, type Span, type Timeline, type TimelineRow, timelineOf } from './timeline-data.ts';

const width = 1_200;
const left = 282;
const right = 132;
const rowHeight = 26;
const top = 128;
const chart = width - left - right;

type At = (ms: number) => number;

/** What ran when in a run, as SVG. Pure. */
export function timelineSvg(view: RunView, events: readonly StoredEvent[]): string {
  const timeline = timelineOf(view, events);
  const { rows, pauses, whole } = timeline;
  const bottom = top + Math.max(1, rows.length) * rowHeight;
  const { at, squeezed } = timeScale(whole, pauses, chart);
  const place: At = (ms) => left + at(ms);
  return card(
    width,
    bottom + 78,
    hatching(),
    ...heading(view, timeline),
    ...stripes(rows),
    ...ticks(whole, squeezed, place, bottom),
    ...pauses.map((pause) => pauseBand(pause, squeezed.includes(pause), place, bottom)),
    ...rows.map((row, i) => rowOf(row, top + i * rowHeight, place)),
    ...(rows.length === 0 ? [text(left, top + 18, 'Nothing was begun', { fill: palette.faint })] : []),
    ...legend(bottom + 48),
  );
}

/** The same for those who don't see it. */
export function timelineWords(view: RunView, events: readonly StoredEvent[]): string {
  const { rows, pauses, path, whole } = timelineOf(view, events);
  const longest = rows
    .toSorted((a, b) => lengthOf(b.whole) - lengthOf(a.whole))
    .slice(0, 3)
    .map((row) => `${row.title} ${duration(lengthOf(row.whole))}`);
  const phases = [
    ...new Set(path.flatMap((step) => view.phases.find((p) => p.name === view.steps[step]?.phase)?.title ?? [])),
  ];
  const retries = rows.reduce((sum, row) => sum + row.retries.length, 0);
  return [
    `Timeline of ${view.cluster}: ${outcome(view)} after ${duration(lengthOf(whole))}, ${rows.length} phases`,
    ...(longest.length > 0 ? [`longest: ${longest.join(', ')}`] : []),
    ...(phases.length > 0 ? [`the run waited for: ${phases.join(' → ')}`] : []),
    ...pauses.map((pause) => `${pause.words} for ${duration(lengthOf(pause))}`),
    ...(retries > 0 ? [`${retries} tries failed and were made again`] : []),
  ].join('; ');
}

function heading(view: RunView, { whole, rows }: Timeline): string[] {
  const retries = rows.reduce((sum, row) => sum + row.retries.length, 0);
  const said = [
    `${rows.length} phases`,
    `${Object.keys(view.steps).length} steps`,
    ...(retries > 0 ? [`${retries} retried`] : []),
    `began ${new Date(whole.fromMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  ];
  return [
    text(28, 46, `${view.cluster} · ${outcome(view)} after ${duration(lengthOf(whole))}`, { size: 24, bold: true }),
    text(28, 74, said.join(' · '), { size: 15, fill: palette.faint }),
  ];
}

function outcome({ operation, over }: RunView): string {
  const { going, done } = called(operation);
  if (over === 'succeeded') return done;
  return over === undefined ? going : `${going} ${over === 'failed' ? 'stopped' : 'cancelled'}`;
}

function rowOf({ title, state, whole, work, critical, retries }: TimelineRow, y: number, at: At): string {
  const middle = y + rowHeight / 2;
  const bar = ({ fromMs, toMs }: Span, height: number, fill: string) =>
    element('rect', {
      ...{
        x: at(fromMs),
        y: middle - height / 2,
        width: Math.max(2.5, at(toMs) - at(fromMs)),
        height,
        rx: Math.min(3, height / 2),
      },
      fill,
    });
  const stopped = state === 'failed' || state === 'conflicted';
  return [
    text(left - 14, middle + 5, title, { anchor: 'end', width: left - 42, bold: critical.length > 0 }),
    bar(whole, 4, palette.rest),
    ...work.map((span) => bar(span, 9, palette.work)),
    ...critical.map((span) => bar(span, 15, palette.critical)),
    ...retries.map((ms) => retryMark(at(ms), middle)),
    ...(stopped ? [cross(at(whole.toMs) + 2, middle)] : []),
    text(
      width - 24,
      middle + 5,
      `${stopped ? 'stopped, ' : ''}${state === 'postponed' ? 'for later, ' : ''}${duration(lengthOf(whole))}`,
      {
        ...{ anchor: 'end', size: 13 },
        fill: stopped ? palette.bad : palette.faint,
      },
    ),
  ].join('');
}

/** A triangle that stands on the bar: another shape, not only another colour. */
function retryMark(x: number, y: number): string {
  return element('path', {
    d: `M${x - 5} ${y - 11}h10l-5 9z`,
    fill: palette.warn,
    stroke: palette.card,
    'stroke-width': 1,
  });
}

function cross(x: number, y: number): string {
  return element('path', {
    d: `M${x - 5} ${y - 5}l10 10m0 -10l-10 10`,
    stroke: palette.bad,
    'stroke-width': 3,
    'stroke-linecap': 'round',
  });
}

function stripes(rows: readonly TimelineRow[]): string[] {
  return rows.flatMap((_, i) =>
    i % 2 === 0
      ? [
          element('rect', {
            x: 16,
            y: top + i * rowHeight,
            width: width - 32,
            height: rowHeight,
            rx: 6,
            fill: palette.stripe,
          }),
        ]
      : [],
  );
}

/** Time that was worked, from the start: what is drawn shorter than it was has no ticks. */
function ticks(whole: Span, squeezed: readonly Span[], at: At, bottom: number): string[] {
  const every = stepOf(lengthOf(whole) - squeezed.reduce((sum, pause) => sum + lengthOf(pause), 0));
  const out: string[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (let ms = whole.fromMs; ms <= whole.toMs; ms += every) {
    const x = at(ms);
    if (x - last < 70 || squeezed.some(({ fromMs, toMs }) => ms > fromMs && ms < toMs)) continue;
    last = x;
    out.push(
      element('path', {
        d: `M${x} ${top - 6}V${bottom}`,
        stroke: palette.edge,
        'stroke-width': 1,
        'stroke-dasharray': '2 4',
      }),
      text(x, top - 12, ms === whole.fromMs ? '0' : duration(ms - whole.fromMs), {
        anchor: 'middle',
        size: 12,
        fill: palette.faint,
      }),
    );
  }
  return out;
}

function stepOf(ms: number): number {
  const seconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400];
  return 1_000 * (seconds.find((one) => ms / 1_000 / one <= 9) ?? Math.ceil(ms / 1_000 / 9));
}

function pauseBand({ fromMs, toMs, words }: Pause, isSqueezed: boolean, at: At, bottom: number): string {
  const [x, end] = [at(fromMs), at(toMs)];
  const said = `${words} · ${duration(toMs - fromMs)}${isSqueezed ? ' (not to scale)' : ''}`;
  const middle = Math.min(width - 20 - widthOf(said, 13) / 2, Math.max(left + widthOf(said, 13) / 2, (x + end) / 2));
  return [
    element('rect', {
      x,
      y: top - 4,
      width: Math.max(3, end - x),
      height: bottom - top + 4,
      rx: 4,
      fill: 'url(#waiting)',
      stroke: palette.pause,
      'stroke-width': 1,
    }),
    text(middle, top - 30, said, { anchor: 'middle', size: 13, fill: palette.pause, bold: true }),
  ].join('');
}

function hatching(): string {
  const line = element('path', {
    d: 'M0 8L8 0M-2 2L2 -2M6 10L10 6',
    stroke: palette.pause,
    'stroke-width': 1.2,
    opacity: 0.55,
  });
  return element(
    'defs',
    {},
    element('pattern', { id: 'waiting', width: 8, height: 8, patternUnits: 'userSpaceOnUse' }, line),
  );
}

function legend(y: number): string[] {
  const box = (x: number, height: number, fill: string) =>
    element('rect', { x, y: y - 5 - height / 2, width: 26, height, rx: 3, fill });
  const words = (x: number, said: string) => text(x, y, said, { size: 13, fill: palette.faint });
  return [
    ...[box(left, 15, palette.critical), words(left + 34, 'what the run waited for')],
    ...[box(left + 214, 9, palette.work), words(left + 248, 'at work beside it')],
    ...[box(left + 380, 4, palette.rest), words(left + 414, 'not over yet')],
    ...[retryMark(left + 526, y - 1), words(left + 540, 'tried again')],
    ...[
      element('rect', {
        x: left + 630,
        y: y - 12,
        width: 26,
        height: 14,
        fill: 'url(#waiting)',
        stroke: palette.pause,
      }),
      words(left + 664, 'waiting'),
    ],
  ];
}

function lengthOf({ fromMs, toMs }: Span): number {
  return toMs - fromMs;
}
