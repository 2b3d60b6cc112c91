import { expect, test } from 'vitest';
import { findPause, getPauseStatus } from '../../../src/commands/notifier/pause-status.ts';
import type { EngineEvent, StoredEvent } from '../../../src/store/events.ts';

const actor = { team: 'T1', user: 'U1' };
const pauseRequested: EngineEvent = { type: 'pause.requested', chapter: 4 };

function stored(...events: readonly EngineEvent[]): StoredEvent[] {
  return events.map((event, i) => ({ seq: i + 1, at: new Date(1_000 * i), event }));
}

test.each([
  ['no event', [], { kind: 'open' }],
  [
    'a click',
    [{ type: 'pause.resolved', chapter: 4, actor, decision: 'continueToEnd' }],
    { kind: 'continueToEnd', actor, at: new Date(1_000) },
  ],
  [
    'two clicks: the first wins',
    [
      { type: 'pause.resolved', chapter: 4, actor, decision: 'continue' },
      { type: 'pause.resolved', chapter: 4, actor: { ...actor, user: 'U2' }, decision: 'stop' },
    ],
    { kind: 'continue', actor, at: new Date(1_000) },
  ],
  [
    'a click for another chapter',
    [{ type: 'pause.resolved', chapter: 3, actor, decision: 'continue' }],
    { kind: 'open' },
  ],
  ['a cancellation', [{ type: 'run.cancelRequested', actor }], { kind: 'past', actor }],
  ['a resume', [{ type: 'run.resumed', actor }], { kind: 'past', actor }],
  ['the end', [{ type: 'run.finished', outcome: 'cancelled' }], { kind: 'past' }],
] as const)('the status of a pause after %s', (_, after, status) => {
  const events = stored(pauseRequested, ...after);
  expect(getPauseStatus(events, { seq: 1, chapter: 4 })).toEqual(status);
});

test('finds a pause only by its own event', () => {
  const events = stored(pauseRequested, { type: 'run.cancelRequested', actor });
  expect(findPause(events, 1)).toEqual({ seq: 1, chapter: 4 });
  expect(findPause(events, 2)).toBeUndefined();
});
