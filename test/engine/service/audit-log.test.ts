import { expect, test } from 'vitest';
import { phases } from '../../../src/engine/phases/registry.ts';
import { runEntries } from '../../../src/engine/service/audit-log.ts';
import { folded } from '../../../src/engine/workflow/run-state.ts';
import type { EngineEvent, StoredEvent } from '../../../src/store/events.ts';
import { specOf, World } from '../../fakes/run-environment.ts';
import { runRecord } from '../../support/store-fixtures.ts';

const by = { team: 'T1', user: 'U1' };
const at = new Date('2026-03-01T12:00:00Z');
const asked = (digest: string): EngineEvent => ({
  type: 'approval.asked',
  digest,
  destroys: ['machine demo-worker-1'],
  expiresAt: '2026-03-01T12:30:00.000Z',
});
const given = (digest: string): EngineEvent => ({ type: 'approval.given', digest, by });

function stored(...events: readonly EngineEvent[]): StoredEvent[] {
  return events.map((event, i) => ({ seq: i + 1, at, event }));
}

test('an answer that two told at once is in the trail once, and in the run too', () => {
  const events = stored(asked('d1'), given('d1'), given('d1'), asked('d2'), given('d1'), given('d2'));
  const trail = runEntries('r1', runRecord({ operation: 'scale', spec: specOf() }), events, phases);
  expect(trail.filter(({ what }) => what.startsWith('approved'))).toHaveLength(2);
  // A late word on a question that is past takes the next one nothing.
  expect(folded(events.slice(0, 5)).asked?.digest).toBe('d2');
  expect(folded(events).approved).toBe('d2');
});

test('every machine that a resize restarts is in the trail, with its time and what came of it', async () => {
  const world = new World();
  const process = world.process();
  await world.create(process);
  await world.finish(process.desk.resize('demo', { machineType: 'e2-standard-4', by: world.by, channel: 'C1' }));
  const trail = (await process.desk.audit('demo')) ?? [];
  expect(trail.filter(({ what }) => what.startsWith('changed '))).toMatchObject([
    {
      what: 'changed machine demo-controller-0 as e2-standard-4',
      durationMs: expect.any(Number),
      outcome: 'succeeded',
    },
    { what: 'changed machine demo-worker-0 as e2-standard-4', durationMs: expect.any(Number), outcome: 'succeeded' },
  ]);
  await world.close();
});
