import { deriveCluster } from '../../../src/engine/cluster/cluster.ts';
import { getExternalAddressOutput, publicAddressOutput } from '../../../src/engine/cluster/outputs.ts';
import type { OperationName } from '../../../src/engine/phases/operations.ts';
import type { RunView } from '../../../src/engine/service/cluster-service.ts';
import { toRunView } from '../../../src/engine/service/run-view.ts';
import { foldEvents } from '../../../src/engine/workflow/run-state.ts';
import type { EngineEvent, StoredEvent } from '../../../src/store/events.ts';
import type { Person } from '../../../src/store/person.ts';
import type { ClusterSpec, RunRecord } from '../../../src/store/records.ts';
import type { StepError } from '../../../src/store/step-error.ts';
import { createSamplePlan, type SampleStep } from './sample-plan.ts';

/** Events of a simulated run besides its plan. Times are seconds after the request. */
export interface SimulatedRunOptions {
  readonly operation: OperationName;
  readonly spec: ClusterSpec;
  readonly previousSpec?: ClusterSpec;
  readonly actor: Person;
  readonly channel: string;
  /** Time of the view. @default after the end */
  readonly untilSec?: number;
  /** Failures by step before it succeeds. */
  readonly retries?: Readonly<Record<string, { readonly times: number; readonly error: StepError }>>;
  /** Step that fails, after which the run ends once in-progress steps finish. */
  readonly failure?: { readonly step: string; readonly with: EngineEvent };
  readonly cancelAtSec?: number;
  /** Approval before destructive steps. Without `answeredAfterSec` it is pending. */
  readonly approval?: {
    readonly deletions: readonly string[];
    readonly answeredAfterSec?: number;
    readonly actor: Person;
  };
  readonly deferred?: Readonly<Record<string, StepError>>;
}

export interface SimulatedRun {
  readonly view: RunView;
  readonly events: readonly StoredEvent[];
}

interface TimedEvent {
  readonly atMs: number;
  readonly event: EngineEvent;
}

/** Request time of all simulated runs. */
export const simulationStart = new Date('2026-01-05T12:00:00Z');
const runId = '20260105120000000-5a3b1c2d';

/** Run of the sample plan with deterministic times, as its journal would record it. */
export function simulateRun(options: SimulatedRunOptions): SimulatedRun {
  const { operation, previousSpec } = options;
  const planned = createSamplePlan(operation, options.spec);
  const record: RunRecord = {
    cluster: options.spec.name,
    operation,
    spec: options.spec,
    requestedBy: options.actor,
    channel: options.channel,
    requestedAt: simulationStart.toISOString(),
    open: true,
    ...(previousSpec ? { previousSpec } : {}),
  };
  const events = numberEvents(simulateEvents(planned, options), options.untilSec);
  return { view: toRunView(runId, record, planned, foldEvents(events)), events };
}

function numberEvents(timedEvents: readonly TimedEvent[], untilSec = Number.POSITIVE_INFINITY): StoredEvent[] {
  return timedEvents
    .filter(({ atMs }) => atMs <= untilSec * 1_000)
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(({ atMs, event }, i) => ({ seq: i + 1, at: new Date(+simulationStart + atMs), event }));
}

function simulateEvents(planned: readonly SampleStep[], options: SimulatedRunOptions): TimedEvent[] {
  const startEvents: TimedEvent[] = [
    { atMs: 0, event: { type: 'run.requested', operation: options.operation, actor: options.actor } },
    { atMs: 40, event: { type: 'run.claimed', runner: 'gallery' } },
  ];
  const approvalEvents = simulateApproval(options);
  const answeredMs = approvalEvents.at(-1)?.atMs ?? 0;
  if (approvalEvents.length === 1) return [...startEvents, ...approvalEvents];
  const steps: TimedEvent[] = [];
  const doneMs = new Map<string, number>();
  const stopMs = (options.cancelAtSec ?? Number.POSITIVE_INFINITY) * 1_000;
  let failedMs = Number.POSITIVE_INFINITY;
  for (const { id, dependsOn, isDestructive } of planned) {
    const ready = Math.max(100, isDestructive ? answeredMs : 0, ...dependsOn.map((one) => doneMs.get(one) ?? 0)) + 20;
    if (ready > stopMs || ready > failedMs || !Number.isFinite(ready)) {
      doneMs.set(id, Number.POSITIVE_INFINITY);
      continue;
    }
    const { events, endsMs, stopped } = simulateStep(id, ready, options);
    steps.push(...events);
    doneMs.set(id, stopped ? Number.POSITIVE_INFINITY : endsMs);
    if (stopped) failedMs = Math.min(failedMs, endsMs);
  }
  const cancel: TimedEvent[] = Number.isFinite(stopMs)
    ? [{ atMs: stopMs, event: { type: 'run.cancelRequested', actor: options.actor } }]
    : [];
  const all = [...startEvents, ...approvalEvents, ...steps, ...cancel];
  const outcome = Number.isFinite(failedMs) ? 'failed' : cancel.length > 0 ? 'cancelled' : 'succeeded';
  return [...all, { atMs: Math.max(...all.map(({ atMs }) => atMs)) + 60, event: { type: 'run.finished', outcome } }];
}

function simulateApproval({ approval, operation }: SimulatedRunOptions): TimedEvent[] {
  if (!approval) return [];
  const digest = `digest of ${operation}`;
  const expiresAt = new Date(+simulationStart + 1_800_000).toISOString();
  const event: TimedEvent = {
    atMs: 400,
    event: { type: 'approval.requested', digest, deletions: [...approval.deletions], expiresAt },
  };
  if (approval.answeredAfterSec === undefined) return [event];
  const answeredMs = 400 + approval.answeredAfterSec * 1_000;
  return [event, { atMs: answeredMs, event: { type: 'approval.granted', digest, actor: approval.actor } }];
}

function simulateStep(
  id: string,
  beginsMs: number,
  { failure, retries, deferred, spec, operation }: SimulatedRunOptions,
) {
  const takesMs = getStepDurationMs(id);
  const events: TimedEvent[] = [];
  let atMs = beginsMs;
  const retry = retries?.[id];
  for (let i = 0; i < (retry?.times ?? 0); i++) {
    const waitMs = 2_000 * 2 ** Math.min(i, 3);
    events.push({ atMs, event: createStepStarted(id, i + 1) });
    atMs += Math.min(takesMs, 3_000);
    const retryAt = new Date(+simulationStart + atMs + waitMs).toISOString();
    if (retry) events.push({ atMs, event: { type: 'step.failed', step: id, error: retry.error, retryAt } });
    atMs += waitMs;
  }
  events.push({ atMs, event: createStepStarted(id, (retry?.times ?? 0) + 1) });
  const endsMs = atMs + takesMs;
  const deferredError = deferred?.[id];
  if (failure?.step === id)
    return { events: [...events, { atMs: endsMs, event: failure.with }], endsMs, stopped: true };
  if (deferredError) {
    return {
      events: [...events, { atMs: endsMs, event: { type: 'step.deferred' as const, step: id, error: deferredError } }],
      endsMs,
      stopped: false,
    };
  }
  const outcome = operation === 'delete' || id.startsWith('remove:') ? ('removed' as const) : ('applied' as const);
  const event = { type: 'step.finished' as const, step: id, outcome, outputs: simulateOutputs(id, spec) };
  return { events: [...events, { atMs: endsMs, event }], endsMs, stopped: false };
}

function createStepStarted(step: string, attempt: number): EngineEvent {
  return { type: 'step.started', step, attempt, requestId: '00000000-0000-4000-8000-000000000000' };
}

/** IP addresses from the documentation ranges. https://www.rfc-editor.org/rfc/rfc5737 */
function simulateOutputs(id: string, spec: ClusterSpec) {
  if (id === 'static-ip/api') return [{ name: publicAddressOutput.name, value: '203.0.113.7' }];
  const instance = deriveCluster(spec).instances.find(
    ({ name }) => id.endsWith(`s/${name}`) && /^(controllers|workers)\//.test(id),
  );
  if (!instance) return [];
  const last = instance.role === 'controller' ? 10 + instance.index : 20 + instance.index;
  return [{ name: getExternalAddressOutput(instance).name, value: `198.51.100.${last}` }];
}

const durations: readonly (readonly [RegExp, number])[] = [
  [/^(remove:)?(controllers|workers)\//, 14_000],
  [/^host-keys\//, 19_000],
  [/^etcd\/[^/]+$/, 7_000],
  [/^control-plane\//, 16_000],
  [/^kubelet\//, 9_000],
  [/^load-balancer\//, 6_000],
  [/^dns\//, 6_000],
  [/^smoke\//, 4_000],
];

/** Deterministic, and slightly different for each step. */
function getStepDurationMs(id: string): number {
  const base = durations.find(([pattern]) => pattern.test(id))?.[1] ?? 900;
  const spread = [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 997, 7) / 997;
  return Math.round(base * (0.75 + spread / 2));
}
