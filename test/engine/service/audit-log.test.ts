import { expect, test } from 'vitest';
import { phases } from '../../../src/engine/phases/sort-phases.ts';
import { buildRunEntries } from '../../../src/engine/service/audit-log.ts';
import { foldEvents } from '../../../src/engine/workflow/run-state.ts';
import type { EngineEvent, StoredEvent } from '../../../src/store/events.ts';
import { buildSpec, RunEnvironment } from '../../fakes/run-environment.ts';
import { runRecord } from '../../support/store-fixtures.ts';

const actor = { team: 'T1', user: 'U1' };
const at = new Date('2026-03-01T12:00:00Z');
const approvalRequested = (digest: string): EngineEvent => ({
  type: 'approval.requested',
  digest,
  deletions: ['machine demo-worker-1'],
  expiresAt: '2026-03-01T12:30:00.000Z',
});
const given = (digest: string): EngineEvent => ({ type: 'approval.granted', digest, actor });

function stored(...events: readonly EngineEvent[]): StoredEvent[] {
  return events.map((event, i) => ({ seq: i + 1, at, event }));
}

test('lists a decision once that two processes appended', () => {
  const events = stored(
    approvalRequested('d1'),
    given('d1'),
    given('d1'),
    approvalRequested('d2'),
    given('d1'),
    given('d2'),
  );
  const trail = buildRunEntries('r1', runRecord({ operation: 'scale', spec: buildSpec() }), events, phases);
  expect(trail.filter(({ description }) => description.startsWith('approved'))).toHaveLength(2);
  // A late word on a question that is past takes the next one nothing.
  expect(foldEvents(events.slice(0, 5)).pendingApproval?.digest).toBe('d2');
  expect(foldEvents(events).approval?.digest).toBe('d2');
});

test('lists every instance that a resize restarted, with duration and outcome', async () => {
  const environment = new RunEnvironment();
  const process = environment.createProcess();
  await environment.createCluster(process);
  await environment.finishRun(
    process.clusterService.resizeCluster('demo', {
      machineType: 'e2-standard-4',
      requester: environment.requester,
      channel: 'C1',
    }),
  );
  const trail = (await process.clusterService.getAuditLog('demo')) ?? [];
  expect(trail.filter(({ description }) => description.startsWith('changed '))).toMatchObject([
    {
      description: 'changed instance demo-controller-0 (e2-standard-4)',
      durationMs: expect.any(Number),
      outcome: 'succeeded',
    },
    {
      description: 'changed instance demo-worker-0 (e2-standard-4)',
      durationMs: expect.any(Number),
      outcome: 'succeeded',
    },
  ]);
  await environment.close();
});
