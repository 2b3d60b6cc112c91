import { expect, test } from 'vitest';
import { ada, channel, spec } from '../../../local/gallery/samples/fixtures.ts';
import { describeTimeline, renderTimelineSvg } from '../../../src/commands/charts/timeline.ts';
import { renderPhaseResult } from '../../../src/commands/messages/phase-result.ts';
import { renderRunResult } from '../../../src/commands/messages/run-result.ts';
import { renderRunSummary } from '../../../src/commands/messages/run-summary.ts';
import { phases } from '../../../src/engine/phases/sort-phases.ts';
import { buildRunView } from '../../../src/engine/service/run-view.ts';
import type { EngineEvent, StoredEvent } from '../../../src/store/events.ts';
import type { RunRecord } from '../../../src/store/records.ts';
import { expectWithinLimits } from './within-limits.ts';

const requestedAt = new Date('2026-01-05T12:00:00Z');
const record: RunRecord = {
  cluster: spec.name,
  operation: 'create',
  spec,
  requestedBy: ada,
  channel,
  requestedAt: requestedAt.toISOString(),
  open: true,
};

function createView(events: readonly StoredEvent[]) {
  return buildRunView('r1', record, phases, events);
}

/** Events of a create in which each step of the registry takes one second. */
function createEvents(): readonly StoredEvent[] {
  const steps = Object.keys(createView([]).steps);
  const events: readonly EngineEvent[] = [
    { type: 'run.requested', operation: 'create', actor: ada },
    ...steps.flatMap((step): EngineEvent[] => [
      { type: 'step.started', step, attempt: 1, requestId: '00000000-0000-4000-8000-000000000000' },
      { type: 'step.finished', step, outcome: 'applied', outputs: [] },
    ]),
    { type: 'run.finished', outcome: 'succeeded' },
  ];
  return events.map((event, i) => ({ seq: i + 1, at: new Date(+requestedAt + i * 500), event }));
}

test('a run of all phases of the registry is rendered within Slack’s limits', () => {
  const events = createEvents();
  const view = createView(events);
  expect(view.outcome).toBe('succeeded');
  for (const message of [renderRunSummary(createView([])), renderRunSummary(view), renderRunResult(view)])
    expectWithinLimits(message);
  for (const { name } of view.phases) expectWithinLimits(renderPhaseResult(view, name, new Map()));
  expect(describeTimeline(view, events)).toContain(`${view.phases.length} phases`);
  expect(renderTimelineSvg(view, events)).toContain('<svg');
});
