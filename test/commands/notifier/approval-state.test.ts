import { describe, expect, test } from 'vitest';
import { findApprovalRequest } from '../../../src/commands/notifier/approval-request.ts';
import { getApprovalStatus } from '../../../src/commands/notifier/approval-status.ts';
import { findOpenApprovalRequest } from '../../../src/commands/notifier/open-approval-request.ts';
import type { EngineEvent, StoredEvent } from '../../../src/store/events.ts';
import { stepFinished, stepStarted, testUser } from '../../fixtures/run.ts';

const other = { team: 'T1', user: 'U2' };
const asked = (digest = 'd1'): EngineEvent => ({
  type: 'approval.requested',
  digest,
  deletions: ['instance demo-controller-0'],
  expiresAt: at(30).toISOString(),
});
const given = (actor = other): EngineEvent => ({ type: 'approval.granted', digest: 'd1', actor });
const refused = (actor = other): EngineEvent => ({ type: 'approval.rejected', digest: 'd1', actor });
const stop: EngineEvent = { type: 'run.cancelRequested', actor: testUser };
const resumed: EngineEvent = { type: 'run.resumed', actor: testUser };
const end = (outcome: 'succeeded' | 'failed' | 'cancelled'): EngineEvent => ({ type: 'run.finished', outcome });

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
    ['nothing yet', events(asked()), { kind: 'open' }],
    ['a yes', events(asked(), given()), { kind: 'approved', answer: { actor: other, at: at(1) } }],
    [
      'two presses at once that both wrote the yes of the first',
      events(asked(), given(), given()),
      { kind: 'approved', answer: { actor: other, at: at(1) } },
    ],
    [
      'a yes, and it is done',
      events(asked(), given(), stepStarted('remove:x'), stepFinished('remove:x')),
      { kind: 'approved', answer: { actor: other, at: at(1) } },
    ],
    [
      'a yes, and the run made it',
      events(asked(), given(), end('succeeded')),
      { kind: 'ended', answer: { actor: other, at: at(1) }, end: { outcome: 'succeeded', at: at(2) } },
    ],
    [
      'a yes, and the run stopped and was resumed',
      events(asked(), given(), end('failed'), resumed, asked('d2')),
      { kind: 'ended', answer: { actor: other, at: at(1) }, end: { outcome: 'failed', at: at(2) } },
    ],
    ['a no', events(asked(), refused(), end('cancelled')), { kind: 'refused', answer: { actor: other, at: at(1) } }],
    ['another question', events(asked(), asked('d2')), { kind: 'superseded' }],
    [
      'a yes to what was no longer so',
      events(asked(), given(), asked('d2')),
      { kind: 'superseded', answer: { actor: other, at: at(1) } },
    ],
    ['silence', events(asked(), 30, end('cancelled')), { kind: 'expired' }],
    ['silence, and it was asked again', events(asked(), 30, end('cancelled'), resumed, asked()), { kind: 'expired' }],
    ['a stop', events(asked(), stop, end('cancelled')), { kind: 'over', stoppedBy: testUser }],
    ['a stop after its time', events(asked(), 30, stop, end('cancelled')), { kind: 'over', stoppedBy: testUser }],
    ['an end without a reason', events(asked(), end('failed')), { kind: 'over' }],
  ])('%s', (_, all, status) => {
    const first = findApprovalRequest(all, 1);
    expect(first && getApprovalStatus(all, first)).toEqual(status);
  });
});

test.each([
  ['none was asked', events(stepStarted('network/a')), undefined],
  ['one was asked', events(asked()), 1],
  ['one was answered', events(asked(), given()), undefined],
  ['another was asked instead', events(asked(), asked('d2')), 2],
  ['the run is over', events(asked(), 30, end('cancelled')), undefined],
  ['it was asked again', events(asked(), 30, end('cancelled'), resumed, asked()), 4],
])('the open question when %s', (_, all, seq) => {
  expect(findOpenApprovalRequest(all)?.seq).toBe(seq);
});
