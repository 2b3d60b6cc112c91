import { expect, test } from 'vitest';
import { type Look, taskIdOf, turnOf } from '../../../../src/engine/gcp/tasks/run-task.ts';
import type { EngineEvent } from '../../../../src/store/events.ts';

const look: Look = { run: '20260101120000000-1234abcd', turn: 3, cause: 'asked', nth: 0 };
const by = { team: 'T1', user: 'U1' };

function stored(...events: EngineEvent[]) {
  return events.map((event, index) => ({ seq: index + 1, at: new Date(0), event }));
}

const asked: EngineEvent = { type: 'run.requested', operation: 'create', by };
const taken: EngineEvent = { type: 'run.taken', runner: 'r' };
const said: EngineEvent = { type: 'step.said', step: 'a/b', line: 'hello' };

test.each([
  ['the request', [asked], 1],
  ['a runner that took it', [asked, taken, said, said], 2],
  ['a person who spoke since', [asked, taken, said, { type: 'run.cancelAsked', by }, said], 4],
  ['a person who resumed it', [asked, taken, { type: 'run.resumed', by }, said], 3],
  ['a refusal', [asked, taken, { type: 'approval.refused', digest: 'd', by }], 3],
  ['an approval', [asked, taken, { type: 'approval.given', digest: 'd', by }], 3],
] satisfies [string, EngineEvent[], number][])('a turn begins with %s', (_, events, turn) => {
  expect(turnOf(stored(...events))).toBe(turn);
});

test('a turn lasts while a runner says what it does', () => {
  expect(turnOf(stored(said, said), 7)).toBe(7);
  expect(turnOf([])).toBe(0);
});

test('the same look has the same name, another has another, and Cloud Tasks takes it', () => {
  const others: Look[] = [
    look,
    { ...look, run: '20260101120000000-1234abce' },
    { ...look, turn: 4 },
    { ...look, cause: 'next' },
    { ...look, nth: 1 },
    { ...look, run: 'a run/of another.kind' },
    { ...look, run: 'a run/of another kind' },
    { ...look, run: 'ü'.repeat(200) },
  ];
  const names = others.map(taskIdOf);
  expect(new Set(names).size).toBe(others.length);
  expect(names[0]).toBe(taskIdOf({ ...look }));
  for (const name of names) expect(name).toMatch(/^[0-9a-f]{16}-[A-Za-z0-9_-]{1,480}$/);
});
