import { describe, expect, test } from 'vitest';
import { fateOf, openQuestion, questionAt } from '../../../src/commands/notifier/approval-status.ts';
import type { EngineEvent, StoredEvent } from '../../../src/store/events.ts';
import { asker, finished, started } from '../../fixtures/run.ts';

const other = { team: 'T1', user: 'U2' };
const asked = (digest = 'd1'): EngineEvent => ({
  type: 'approval.asked',
  digest,
  destroys: ['machine demo-controller-0'],
  expiresAt: at(30).toISOString(),
});
const given = (by = other): EngineEvent => ({ type: 'approval.given', digest: 'd1', by });
const refused = (by = other): EngineEvent => ({ type: 'approval.refused', digest: 'd1', by });
const stop: EngineEvent = { type: 'run.cancelAsked', by: asker };
const resumed: EngineEvent = { type: 'run.resumed', by: asker };
const end = (as: 'succeeded' | 'failed' | 'cancelled'): EngineEvent => ({ type: 'run.finished', as });

function at(minutes: number): Date {
  return new Date(Date.UTC(2026, 0, 5, 12, minutes));
}

/** A minute each; a number lets that many pass. */
function events(...all: readonly (EngineEvent | number)[]): StoredEvent[] {
  let minute = -1;
  const out: StoredEvent[] = [];
  for (const one of all) {
    minute += typeof one === 'number' ? one : 1;
    if (typeof one !== 'number') out.push({ seq: out.length + 1, at: at(minute), event: one });
  }
  return out;
}

describe('what comes of the first question', () => {
  test.each([
    ['nothing yet', events(asked()), { is: 'open' }],
    ['a yes', events(asked(), given()), { is: 'approved', answer: { by: other, at: at(1) } }],
    [
      'two presses at once that both wrote the yes of the first',
      events(asked(), given(), given()),
      { is: 'approved', answer: { by: other, at: at(1) } },
    ],
    [
      'a yes, and it is done',
      events(asked(), given(), started('remove:x'), finished('remove:x')),
      { is: 'approved', answer: { by: other, at: at(1) } },
    ],
    [
      'a yes, and the run made it',
      events(asked(), given(), end('succeeded')),
      { is: 'ended', answer: { by: other, at: at(1) }, end: { as: 'succeeded', at: at(2) } },
    ],
    [
      'a yes, and the run stopped and was resumed',
      events(asked(), given(), end('failed'), resumed, asked('d2')),
      { is: 'ended', answer: { by: other, at: at(1) }, end: { as: 'failed', at: at(2) } },
    ],
    ['a no', events(asked(), refused(), end('cancelled')), { is: 'refused', answer: { by: other, at: at(1) } }],
    ['another question', events(asked(), asked('d2')), { is: 'superseded' }],
    [
      'a yes to what was no longer so',
      events(asked(), given(), asked('d2')),
      { is: 'superseded', answer: { by: other, at: at(1) } },
    ],
    ['silence', events(asked(), 30, end('cancelled')), { is: 'expired' }],
    ['silence, and it was asked again', events(asked(), 30, end('cancelled'), resumed, asked()), { is: 'expired' }],
    ['a stop', events(asked(), stop, end('cancelled')), { is: 'over', stoppedBy: asker }],
    ['a stop after its time', events(asked(), 30, stop, end('cancelled')), { is: 'over', stoppedBy: asker }],
    ['an end without a reason', events(asked(), end('failed')), { is: 'over' }],
  ])('%s', (_, all, fate) => {
    const first = questionAt(all, 1);
    expect(first && fateOf(all, first)).toEqual(fate);
  });
});

test.each([
  ['none was asked', events(started('network/a')), undefined],
  ['one was asked', events(asked()), 1],
  ['one was answered', events(asked(), given()), undefined],
  ['another was asked instead', events(asked(), asked('d2')), 2],
  ['the run is over', events(asked(), 30, end('cancelled')), undefined],
  ['it was asked again', events(asked(), 30, end('cancelled'), resumed, asked()), 4],
])('the open question when %s', (_, all, seq) => {
  expect(openQuestion(all)?.seq).toBe(seq);
});
