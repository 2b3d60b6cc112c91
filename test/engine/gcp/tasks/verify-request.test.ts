import { expect, test } from 'vitest';
import { buildTaskId, getTriggerSeq, type RunTask } from '../../../../src/engine/gcp/tasks/run-task.ts';
import type { EngineEvent } from '../../../../src/store/events.ts';

const look: RunTask = { run: '20260101120000000-1234abcd', triggerSeq: 3, cause: 'requested', attempt: 0 };
const actor = { team: 'T1', user: 'U1' };

function stored(...events: EngineEvent[]) {
  return events.map((event, index) => ({ seq: index + 1, at: new Date(0), event }));
}

const runRequested: EngineEvent = { type: 'run.requested', operation: 'create', actor };
const runClaimed: EngineEvent = { type: 'run.claimed', runner: 'r' };
const stepLogged: EngineEvent = { type: 'step.logged', step: 'a/b', message: 'hello' };

test.each([
  ['the request', [runRequested], 1],
  ['a runner that took it', [runRequested, runClaimed, stepLogged, stepLogged], 2],
  [
    'a person who spoke since',
    [runRequested, runClaimed, stepLogged, { type: 'run.cancelRequested', actor }, stepLogged],
    4,
  ],
  ['a person who resumed it', [runRequested, runClaimed, { type: 'run.resumed', actor }, stepLogged], 3],
  ['a refusal', [runRequested, runClaimed, { type: 'approval.rejected', digest: 'd', actor }], 3],
  ['an approval', [runRequested, runClaimed, { type: 'approval.granted', digest: 'd', actor }], 3],
] satisfies [string, EngineEvent[], number][])('%s triggers work', (_, events, turn) => {
  expect(getTriggerSeq(stored(...events))).toBe(turn);
});

test('runner events keep the trigger', () => {
  expect(getTriggerSeq(stored(stepLogged, stepLogged), 7)).toBe(7);
  expect(getTriggerSeq([])).toBe(0);
});

test('task names are deterministic, distinct and valid for Cloud Tasks', () => {
  const others: RunTask[] = [
    look,
    { ...look, run: '20260101120000000-1234abce' },
    { ...look, triggerSeq: 4 },
    { ...look, cause: 'timeSliceEnded' },
    { ...look, attempt: 1 },
    { ...look, run: 'a run/of another.kind' },
    { ...look, run: 'a run/of another kind' },
    { ...look, run: 'ü'.repeat(200) },
  ];
  const names = others.map(buildTaskId);
  expect(new Set(names).size).toBe(others.length);
  expect(names[0]).toBe(buildTaskId({ ...look }));
  for (const name of names) expect(name).toMatch(/^[0-9a-f]{16}-[A-Za-z0-9_-]{1,480}$/);
});
