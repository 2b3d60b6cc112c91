import { describe, expect, test } from 'vitest';
import { findApprovalRequest } from '../../../src/commands/notifier/approval-request.ts';
import { findOpenApprovalRequest, getApprovalStatus } from '../../../src/commands/notifier/approval-status.ts';
import type { EngineEvent, StoredEvent } from '../../../src/store/events.ts';
import { stepFinished, stepStarted, testUser } from '../../fixtures/run.ts';

const other = { team: 'T1', user: 'U2' };
const requested = (digest = 'd1'): EngineEvent => ({
  type: 'approval.requested',
  digest,
  deletions: ['instance demo-controller-0'],
  expiresAt: at(30).toISOString(),
});
const granted = (actor = other): EngineEvent => ({ type: 'approval.granted', digest: 'd1', actor });
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

describe('the status of the first approval request after', () => {
  test.each([
    ['no event', events(requested()), { kind: 'open' }],
    ['an approval', events(requested(), granted()), { kind: 'approved', answer: { actor: other, at: at(1) } }],
    [
      'concurrent clicks that both recorded the first approval',
      events(requested(), granted(), granted()),
      { kind: 'approved', answer: { actor: other, at: at(1) } },
    ],
    [
      'an approval and finished steps',
      events(requested(), granted(), stepStarted('remove:x'), stepFinished('remove:x')),
      { kind: 'approved', answer: { actor: other, at: at(1) } },
    ],
    [
      'an approval and a successful run',
      events(requested(), granted(), end('succeeded')),
      { kind: 'ended', answer: { actor: other, at: at(1) }, end: { outcome: 'succeeded', at: at(2) } },
    ],
    [
      'an approval and a failed, resumed run',
      events(requested(), granted(), end('failed'), resumed, requested('d2')),
      { kind: 'ended', answer: { actor: other, at: at(1) }, end: { outcome: 'failed', at: at(2) } },
    ],
    [
      'a rejection',
      events(requested(), refused(), end('cancelled')),
      { kind: 'refused', answer: { actor: other, at: at(1) } },
    ],
    ['another approval request', events(requested(), requested('d2')), { kind: 'superseded' }],
    [
      'an approval of an outdated plan',
      events(requested(), granted(), requested('d2')),
      { kind: 'superseded', answer: { actor: other, at: at(1) } },
    ],
    ['no response', events(requested(), 30, end('cancelled')), { kind: 'expired' }],
    [
      'no response and a new request',
      events(requested(), 30, end('cancelled'), resumed, requested()),
      { kind: 'expired' },
    ],
    ['a cancellation', events(requested(), stop, end('cancelled')), { kind: 'over', stoppedBy: testUser }],
    [
      'a cancellation after expiry',
      events(requested(), 30, stop, end('cancelled')),
      { kind: 'over', stoppedBy: testUser },
    ],
    ['a failed run', events(requested(), end('failed')), { kind: 'over' }],
  ])('%s', (_, all, status) => {
    const first = findApprovalRequest(all, 1);
    expect(first && getApprovalStatus(all, first)).toEqual(status);
  });
});

test.each([
  ['without a request', events(stepStarted('network/a')), undefined],
  ['with one request', events(requested()), 1],
  ['one was answered', events(requested(), granted()), undefined],
  ['with a superseding request', events(requested(), requested('d2')), 2],
  ['the run is over', events(requested(), 30, end('cancelled')), undefined],
  ['with a repeated request', events(requested(), 30, end('cancelled'), resumed, requested()), 4],
])('the pending approval request when %s', (_, all, seq) => {
  expect(findOpenApprovalRequest(all)?.seq).toBe(seq);
});
