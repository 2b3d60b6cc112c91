import { describe, expect, test } from 'vitest';
import { createSampleError } from '../../../local/gallery/samples/errors.ts';
import { getSampleTime } from '../../../local/gallery/samples/fixtures.ts';
import { runs } from '../../../local/gallery/samples/runs.ts';
import { buildTimeline } from '../../../src/commands/charts/build-timeline.ts';
import { createTimeScale } from '../../../src/commands/charts/time-scale.ts';
import { describeTimeline, renderTimelineSvg } from '../../../src/commands/charts/timeline.ts';
import type { EngineEvent, StoredEvent } from '../../../src/store/events.ts';
import { aView } from '../messages/view-fixture.ts';

const actor = { team: 'T1', user: 'U1' };

/** Events by the second at which they happened. */
function at(...timed: readonly (readonly [number, EngineEvent])[]): StoredEvent[] {
  return timed.map(([second, event], i) => ({ seq: i + 1, at: getSampleTime(second), event }));
}

function started(step: string): EngineEvent {
  return { type: 'step.started', step, attempt: 1, requestId: '00000000-0000-4000-8000-000000000000' };
}

function finished(step: string): EngineEvent {
  return { type: 'step.finished', step, outcome: 'applied', outputs: [] };
}

function failed(step: string, retryAt?: Date): EngineEvent {
  return {
    type: 'step.failed',
    step,
    error: createSampleError('ssh-unreachable'),
    ...(retryAt ? { retryAt: retryAt.toISOString() } : {}),
  };
}

/** a → b → d, and c beside them. */
const view = aView({
  phases: ['one', 'two', 'three'].map((name) => ({
    ...{ name, title: name, chapter: 1 },
    state: 'done',
    done: 1,
    total: 1,
  })),
  steps: {
    a: { title: 'a', phase: 'one', dependsOn: [] },
    b: { title: 'b', phase: 'two', dependsOn: ['a'] },
    c: { title: 'c', phase: 'two', dependsOn: ['a'] },
    d: { title: 'd', phase: 'three', dependsOn: ['b', 'c'] },
  },
});
const span = (from: number, to: number) => ({ fromMs: +getSampleTime(from), toMs: +getSampleTime(to) });

describe('the timeline data', () => {
  test('has a row per phase, merges concurrent steps and marks the critical path', () => {
    const events = at(
      [0, started('a')],
      [5, finished('a')],
      [5, started('b')],
      [5, started('c')],
      [8, finished('c')],
      [20, finished('b')],
      [20, started('d')],
      [22, finished('d')],
    );
    const { rows, criticalPath, whole, pauses } = buildTimeline(view, events);
    expect(criticalPath).toEqual(['a', 'b', 'd']);
    expect(rows.map(({ title, work, critical }) => [title, work, critical])).toEqual([
      ['one', [span(0, 5)], [span(0, 5)]],
      ['two', [span(5, 20)], [span(5, 20)]],
      ['three', [span(20, 22)], [span(20, 22)]],
    ]);
    expect([whole, pauses]).toEqual([span(0, 22), []]);
  });

  test('follows dependencies on the critical path, not the latest end', () => {
    const events = at(
      [0, started('a')],
      [2, finished('a')],
      [2, started('b')],
      [2, started('c')],
      [9, finished('c')],
      [4, finished('b')],
      [9, started('d')],
      [12, finished('d')],
    );
    expect(
      buildTimeline(
        view,
        events.toSorted((x, y) => +x.at - +y.at),
      ).criticalPath,
    ).toEqual(['a', 'c', 'd']);
  });

  test('marks retries and excludes the back-off from the work', () => {
    const events = at(
      [0, started('a')],
      [1, failed('a', getSampleTime(4))],
      [4, started('a')],
      [5, failed('a', getSampleTime(9))],
      [9, started('a')],
      [10, finished('a')],
    );
    const [row] = buildTimeline(view, events).rows;
    expect(row?.work).toEqual([span(0, 1), span(4, 5), span(9, 10)]);
    expect(row?.retries).toEqual([+getSampleTime(1), +getSampleTime(5)]);
    expect(row?.whole).toEqual(span(0, 10));
  });

  test('ends an interrupted attempt at the next start of the step', () => {
    const [row] = buildTimeline(view, at([0, started('a')], [6, started('a')], [7, finished('a')])).rows;
    expect([row?.work, row?.retries]).toEqual([[span(0, 7)], []]);
  });

  test('shows pauses for approval and after a failure', () => {
    const asks: EngineEvent = {
      type: 'approval.requested',
      digest: 'd',
      deletions: ['x'],
      expiresAt: getSampleTime(900).toISOString(),
    };
    const events = at(
      [0, asks],
      [60, { type: 'approval.granted', digest: 'd', actor }],
      [60, started('a')],
      [61, failed('a')],
      [62, { type: 'run.finished', outcome: 'failed' }],
      [100, { type: 'run.resumed', actor }],
      [100, started('a')],
      [101, finished('a')],
      [102, { type: 'run.finished', outcome: 'succeeded' }],
    );
    expect(buildTimeline(view, events).pauses).toEqual([
      { ...span(0, 60), label: 'awaiting approval' },
      { ...span(62, 100), label: 'stopped' },
    ]);
  });

  test('is empty for a run without started steps', () => {
    expect(buildTimeline(view, [])).toMatchObject({ rows: [], pauses: [], criticalPath: [] });
    expect(renderTimelineSvg(view, [])).toContain('No step was started');
  });
});

describe('the time scale', () => {
  test('is linear without long pauses', () => {
    const { toOffset: place, compressedPauses } = createTimeScale(
      { fromMs: 0, toMs: 100 },
      [{ fromMs: 10, toMs: 15 }],
      1_000,
    );
    expect([0, 50, 100, 200, -5].map(place)).toEqual([0, 500, 1_000, 1_000, 0]);
    expect(compressedPauses).toEqual([]);
  });

  test('compresses a long pause to a seventh of the width', () => {
    const wait = { fromMs: 10_000, toMs: 910_000 };
    const { toOffset: place, compressedPauses } = createTimeScale({ fromMs: 0, toMs: 920_000 }, [wait], 1_000);
    expect(compressedPauses).toEqual([wait]);
    expect([0, 10_000, 460_000, 910_000, 920_000].map(place)).toEqual([0, 430, 500, 570, 1_000]);
  });

  test('is monotonic and ends at the width', () => {
    const pauses = [5, 25, 45].map((from) => ({ fromMs: from * 1_000, toMs: (from + 18) * 1_000 }));
    const { toOffset: place } = createTimeScale({ fromMs: 0, toMs: 70_000 }, pauses, 800);
    const places = Array.from({ length: 71 }, (_, second) => place(second * 1_000));
    expect(places).toEqual(places.toSorted((x, y) => x - y));
    expect([places[0], places.at(-1)]).toEqual([0, 800]);
  });
});

describe('the timeline chart', () => {
  test.each(Object.entries(runs))('of a run of a cluster that is %s matches its snapshot', (_, { view, events }) => {
    expect(renderTimelineSvg(view, events)).toMatchSnapshot();
  });

  test('is described in the alt text', () => {
    const { view, events } = runs.rebuilt;
    const label = describeTimeline(view, events);
    expect(label).toMatch(/^Timeline of demo: rebuilt after 5 min \d\d s, 9 phases; longest: /);
    expect(label).toContain('awaiting approval for 4 min 00 s');
    expect(label).toMatch(/critical path: Delete: .* → Control plane instances → /);
    expect(describeTimeline(runs.ready.view, runs.ready.events)).toContain('4 retries');
  });

  test('escapes external text', () => {
    const phases = view.phases.map((phase) => ({ ...phase, title: '<script>"&\u0000' }));
    const svg = renderTimelineSvg(
      { ...view, cluster: '</text><b>', phases },
      at([0, started('a')], [1, finished('a')]),
    );
    for (const part of ['<script', '<b>', '\u0000']) expect(svg).not.toContain(part);
    expect(svg).toContain('&lt;script&gt;&quot;&amp;');
  });
});
