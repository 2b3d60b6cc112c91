import { expect, test } from 'vitest';
import { fateOfPause, pauseAt } from '../../../src/commands/notifier/pause-status.ts';
import type { EngineEvent, StoredEvent } from '../../../src/store/events.ts';

const by = { team: 'T1', user: 'U1' };
const asked: EngineEvent = { type: 'pause.asked', chapter: 4 };

function stored(...events: readonly EngineEvent[]): StoredEvent[] {
  return events.map((event, i) => ({ seq: i + 1, at: new Date(1_000 * i), event }));
}

test.each([
  ['nothing', [], { is: 'open' }],
  ['a press', [{ type: 'pause.over', chapter: 4, by, how: 'through' }], { is: 'through', by, at: new Date(1_000) }],
  [
    'two presses: the first',
    [
      { type: 'pause.over', chapter: 4, by, how: 'next' },
      { type: 'pause.over', chapter: 4, by: { ...by, user: 'U2' }, how: 'stop' },
    ],
    { is: 'next', by, at: new Date(1_000) },
  ],
  ['a press on another chapter', [{ type: 'pause.over', chapter: 3, by, how: 'next' }], { is: 'open' }],
  ['a cancel', [{ type: 'run.cancelAsked', by }], { is: 'past', by }],
  ['a resume', [{ type: 'run.resumed', by }], { is: 'past', by }],
  ['the end', [{ type: 'run.finished', as: 'cancelled' }], { is: 'past' }],
] as const)('what came of a pause after %s', (_, after, fate) => {
  const events = stored(asked, ...after);
  expect(fateOfPause(events, { seq: 1, chapter: 4 })).toEqual(fate);
});

test('a pause is found by the event that began it, and only by that', () => {
  const events = stored(asked, { type: 'run.cancelAsked', by });
  expect(pauseAt(events, 1)).toEqual({ seq: 1, chapter: 4 });
  expect(pauseAt(events, 2)).toBeUndefined();
});
