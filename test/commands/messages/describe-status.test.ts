import { expect, test } from 'vitest';
import { describeRunStatus } from '../../../src/commands/messages/describe-status.ts';
import type { PhaseState } from '../../../src/engine/service/cluster-service.ts';
import { aPhaseView, aView } from './view-fixture.ts';

function getLabel(operation: string, states: Readonly<Record<string, PhaseState>>): string {
  const phases = Object.entries(states).map(([name, state]) => aPhaseView({ name, state }));
  return describeRunStatus(aView({ operation, outcome: 'failed', phases })).label;
}

test.each([
  [
    'scale',
    { workers: 'done', dns: 'deferred', smoke: 'failed', 'disable-ssh': 'pending' },
    'scaled, but the smoke test failed',
  ],
  ['resize', { workers: 'done', smoke: 'failed' }, 'resized, but the smoke test failed'],
  ['scale', { workers: 'failed', smoke: 'failed' }, 'scale failed'],
  ['scale', { workers: 'done', readiness: 'running', smoke: 'failed' }, 'scale failed'],
  ['scale', { workers: 'failed', smoke: 'pending' }, 'scale failed'],
  ['create', { workers: 'done', smoke: 'failed' }, 'create failed'],
  ['smoke', { smoke: 'failed' }, 'smoke test failed'],
] as const)('a failed %s with the phases %j is reported as "%s"', (operation, states, label) => {
  expect(getLabel(operation, states)).toBe(label);
});
