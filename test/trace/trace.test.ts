import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { EngineEvent } from '../../src/store/events.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { renderTrace } from '../../src/trace/render-trace.ts';
import { buildRunSpans } from '../../src/trace/run-spans.ts';
import { startTracing } from '../../src/trace/start-tracing.ts';
import { appendToTraceFile, type TraceLine } from '../../src/trace/trace-file.ts';
import { RunEnvironment } from '../fakes/run-environment.ts';
import { runRecord } from '../support/store-fixtures.ts';

const actor = { team: 'T1', user: 'U1' };

describe('the spans of a create', () => {
  let environment: RunEnvironment;
  let run: string;
  beforeAll(async () => {
    environment = new RunEnvironment();
    run = await environment.createCluster(environment.createProcess());
  });
  afterAll(() => environment.close());

  test('are the run, its phases and finished steps, nested', async () => {
    const events = await environment.store.readEvents(run);
    const record = (await environment.store.read('run', run))?.value;
    if (!record) throw new Error('no record');
    const spans = buildRunSpans(run, record, events);
    const ends = events.filter(({ event }) => /^step\.(finished|failed|deferred|conflicted)$/.test(event.type));
    expect(ends.length).toBeGreaterThan(30);
    expect(spans.filter(({ id }) => id.startsWith('step '))).toHaveLength(ends.length);
    expect(spans[0]).toMatchObject({
      name: 'create demo',
      attributes: { 'kthw.run': run, 'kthw.outcome': 'succeeded' },
    });
    const known = new Map(spans.map((span) => [span.id, span]));
    expect(known.size).toBe(spans.length);
    const outside = spans.filter(({ parent, from, to }) => {
      const above = parent === undefined ? undefined : known.get(parent);
      return parent !== undefined && (!above || from < above.from || to > above.to || to < from);
    });
    expect(outside).toEqual([]);
  });

  test('are written to a file deterministically and rendered as an outline', async () => {
    const path = join(freshFolder(), 'trace.jsonl');
    const record = (await environment.store.read('run', run))?.value;
    if (!record) throw new Error('no record');
    const spans = buildRunSpans(run, record, await environment.store.readEvents(run));
    await appendToTraceFile(path, run, spans);
    const once = linesOf(path);
    await appendToTraceFile(path, run, spans);
    expect(linesOf(path)).toEqual([...once, ...once]);
    expect(once).toHaveLength(spans.length);
    expect(new Set(once.map(({ traceId }) => traceId)).size).toBe(1);
    expect(new Set(once.map(({ spanId }) => spanId)).size).toBe(spans.length);
    expect(once.every(({ traceId, spanId }) => /^[0-9a-f]{32}$/.test(traceId) && /^[0-9a-f]{16}$/.test(spanId))).toBe(
      true,
    );
    const shown = renderTrace(linesOf(path));
    expect(shown).toHaveLength(spans.length);
    expect(shown[0]).toMatch(/^create demo +\d+\.\d s {2}\|=+\|$/);
    expect(shown).toContainEqual(expect.stringMatching(/^ {2}network .* s {2}\|/));
    expect(shown).toContainEqual(expect.stringMatching(/^ {4}network\//));
  });
});

test('failures, approval waits and steps without a start are spans', () => {
  const error = { code: 'quota', kind: 'denied', message: 'a quota is used up', remedy: 'ask' } as const;
  const engineEvents: EngineEvent[] = [
    { type: 'run.requested', operation: 'rebuild', actor },
    { type: 'approval.requested', digest: 'd', deletions: [], expiresAt: '2026-01-01T01:00:00.000Z' },
    { type: 'approval.granted', digest: 'd', actor },
    { type: 'step.started', step: 'network/vpc', attempt: 2, requestId: crypto.randomUUID() },
    { type: 'step.failed', step: 'network/vpc', error },
    { type: 'step.conflicted', step: 'firewall/a', differences: [{ field: 'ports', desired: 'a', actual: 'b' }] },
    { type: 'run.finished', outcome: 'failed' },
  ];
  const events = engineEvents.map((event, n) => ({ seq: n + 1, at: new Date(Date.UTC(2026, 0, 1, 0, 0, n)), event }));
  const spans = buildRunSpans('r1', runRecord({ operation: 'rebuild' }), events);
  expect(spans.map(({ name, error, from, to }) => [name, (+to - +from) / 1000, error])).toEqual([
    ['rebuild demo', 6, 'failed'],
    ['network', 1, undefined],
    ['firewall', 0, undefined],
    ['network/vpc', 1, 'a quota is used up'],
    ['firewall/a', 0, 'ports'],
    ['approval.granted', 1, undefined],
  ]);
  expect(buildRunSpans('r1', runRecord(), [])).toEqual([]);
});

test('logs each event once, and writes spans when the run finishes', async () => {
  const path = join(freshFolder(), 'trace.jsonl');
  const store = openSqliteStore({ path: ':memory:' });
  onTestFinished(() => store.close());
  const logged: [Readonly<Record<string, unknown>>, string][] = [];
  const tracing = startTracing({ store, log: (fields, text) => void logged.push([fields, text]), file: path });
  await store.write('run', 'r1', runRecord(), undefined);
  await store.append('r1', [
    { type: 'run.requested', operation: 'create', actor },
    { type: 'step.started', step: 'network/vpc', attempt: 1, requestId: crypto.randomUUID() },
    { type: 'step.finished', step: 'network/vpc', outcome: 'applied', outputs: [] },
    { type: 'run.finished', outcome: 'succeeded' },
  ]);
  tracing.enqueueRun('r1');
  tracing.enqueueRun('r1');
  await tracing.stop();
  expect(logged).toEqual([
    [{ run: 'r1', seq: 1, operation: 'create', actor }, 'run requested'],
    [{ run: 'r1', seq: 3, step: 'network/vpc', outcome: 'applied' }, 'step finished'],
    [{ run: 'r1', seq: 4 }, 'run succeeded'],
  ]);
  expect(linesOf(path).map(({ name }) => name)).toEqual(['create demo', 'network', 'network/vpc']);
});

test('logs an unavailable store without further effect', async () => {
  const logged: string[] = [];
  const store = { readEvents: async () => Promise.reject(new Error('away')), read: async () => undefined };
  const tracing = startTracing({ store, log: (_, text) => void logged.push(text) });
  tracing.enqueueRun('r1');
  await tracing.stop();
  expect(logged).toEqual(['reading the events of a run failed']);
});

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kthw-trace-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function linesOf(path: string): TraceLine[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): TraceLine => JSON.parse(line));
}
