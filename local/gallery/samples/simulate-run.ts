import { clusterOf } from '../../../src/engine/cluster/cluster.ts';
import { externalAddress, publicAddress } from '../../../src/engine/cluster/outputs.ts';
import { phases } from '../../../src/engine/phases/registry.ts';
import type { RunView } from '../../../src/engine/service/cluster-service-types.ts';
import { runView } from '../../../src/engine/service/run-view.ts';
import type { OperationName } from '../../../src/engine/workflow/operations.ts';
import { type PlannedStep, plan } from '../../../src/engine/workflow/plan.ts';
import type { EngineEvent, Fault, Person, StoredEvent } from '../../../src/store/events.ts';
import type { ClusterSpec, RunRecord } from '../../../src/store/records.ts';

/** What happens in a played run besides what its plan says. Times are seconds after it was asked for. */
export interface Play {
  readonly operation: OperationName;
  readonly spec: ClusterSpec;
  readonly before?: ClusterSpec;
  readonly from?: string;
  readonly by: Person;
  readonly channel: string;
  /** It is looked at then. @default after its end */
  readonly untilSec?: number;
  /** A step that fails that often before it makes it. */
  readonly retries?: Readonly<Record<string, { readonly times: number; readonly fault: Fault }>>;
  /** A step that stops, and with it the run once what has begun is finished. */
  readonly stops?: { readonly step: string; readonly with: EngineEvent };
  /** The run is stopped by a person. */
  readonly cancelledSec?: number;
  /** A question before what is taken away. `answered`: yes, or not yet. */
  readonly asks?: { readonly destroys: readonly string[]; readonly answeredAfterSec?: number; readonly by: Person };
  /** Steps that are left for later. */
  readonly postponed?: Readonly<Record<string, Fault>>;
}

export interface Played {
  readonly view: RunView;
  readonly events: readonly StoredEvent[];
}

interface Timed {
  readonly atMs: number;
  readonly event: EngineEvent;
}

/** When every played run was asked for. */
export const playedAt = new Date('2026-01-05T12:00:00Z');
const runId = '20260105120000000-5a3b1c2d';

/**
 * A run as its journal would have it: the real plan, carried out with times that are made up but always the same. What
 * the gallery and the tests of messages and pictures show is made from it.
 */
export function played(play: Play): Played {
  const { operation, from, before } = play;
  const planned = plan(phases, clusterOf(play.spec), { operation, from, before });
  const record: RunRecord = {
    ...{ cluster: play.spec.name, operation, spec: play.spec, by: play.by, channel: play.channel },
    ...{ requestedAt: playedAt.toISOString(), open: true },
    ...(from ? { from } : {}),
    ...(before ? { before } : {}),
  };
  const events = numbered(happens(planned, play), play.untilSec);
  return { view: runView(runId, record, clusterOf(play.spec), phases, events), events };
}

function numbered(timed: readonly Timed[], untilSec = Number.POSITIVE_INFINITY): StoredEvent[] {
  return timed
    .filter(({ atMs }) => atMs <= untilSec * 1_000)
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(({ atMs, event }, i) => ({ seq: i + 1, at: new Date(+playedAt + atMs), event }));
}

function happens(planned: readonly PlannedStep[], play: Play): Timed[] {
  const begins: Timed[] = [
    { atMs: 0, event: { type: 'run.requested', operation: play.operation, by: play.by } },
    { atMs: 40, event: { type: 'run.taken', runner: 'gallery' } },
  ];
  const asked = question(play);
  const answeredMs = asked.at(-1)?.atMs ?? 0;
  if (asked.length === 1) return [...begins, ...asked];
  const steps: Timed[] = [];
  const doneMs = new Map<string, number>();
  const stopMs = (play.cancelledSec ?? Number.POSITIVE_INFINITY) * 1_000;
  let failedMs = Number.POSITIVE_INFINITY;
  for (const { id, after, destroys } of planned) {
    const ready = Math.max(100, destroys ? answeredMs : 0, ...after.map((one) => doneMs.get(one) ?? 0)) + 20;
    if (ready > stopMs || ready > failedMs || !Number.isFinite(ready)) {
      doneMs.set(id, Number.POSITIVE_INFINITY);
      continue;
    }
    const { events, endsMs, stopped } = stepOf(id, ready, play);
    steps.push(...events);
    doneMs.set(id, stopped ? Number.POSITIVE_INFINITY : endsMs);
    if (stopped) failedMs = Math.min(failedMs, endsMs);
  }
  const cancel: Timed[] = Number.isFinite(stopMs)
    ? [{ atMs: stopMs, event: { type: 'run.cancelAsked', by: play.by } }]
    : [];
  const all = [...begins, ...asked, ...steps, ...cancel];
  const as = Number.isFinite(failedMs) ? 'failed' : cancel.length > 0 ? 'cancelled' : 'succeeded';
  return [...all, { atMs: Math.max(...all.map(({ atMs }) => atMs)) + 60, event: { type: 'run.finished', as } }];
}

function question({ asks, operation }: Play): Timed[] {
  if (!asks) return [];
  const digest = `digest of ${operation}`;
  const expiresAt = new Date(+playedAt + 1_800_000).toISOString();
  const event: Timed = {
    atMs: 400,
    event: { type: 'approval.asked', digest, destroys: [...asks.destroys], expiresAt },
  };
  if (asks.answeredAfterSec === undefined) return [event];
  const answeredMs = 400 + asks.answeredAfterSec * 1_000;
  return [event, { atMs: answeredMs, event: { type: 'approval.given', digest, by: asks.by } }];
}

function stepOf(id: string, beginsMs: number, { stops, retries, postponed, spec }: Play) {
  const takesMs = durationOf(id);
  const events: Timed[] = [];
  let atMs = beginsMs;
  const retry = retries?.[id];
  for (let i = 0; i < (retry?.times ?? 0); i++) {
    const waitMs = 2_000 * 2 ** Math.min(i, 3);
    events.push({ atMs, event: started(id, i + 1) });
    atMs += Math.min(takesMs, 3_000);
    const retryAt = new Date(+playedAt + atMs + waitMs).toISOString();
    if (retry) events.push({ atMs, event: { type: 'step.failed', step: id, fault: retry.fault, retryAt } });
    atMs += waitMs;
  }
  events.push({ atMs, event: started(id, (retry?.times ?? 0) + 1) });
  const endsMs = atMs + takesMs;
  const later = postponed?.[id];
  if (stops?.step === id) return { events: [...events, { atMs: endsMs, event: stops.with }], endsMs, stopped: true };
  if (later) {
    return {
      events: [...events, { atMs: endsMs, event: { type: 'step.postponed' as const, step: id, fault: later } }],
      endsMs,
      stopped: false,
    };
  }
  const outcome = id.startsWith('remove:') ? ('removed' as const) : ('applied' as const);
  const event = { type: 'step.finished' as const, step: id, outcome, facts: factsOf(id, spec) };
  return { events: [...events, { atMs: endsMs, event }], endsMs, stopped: false };
}

function started(step: string, attempt: number): EngineEvent {
  return { type: 'step.started', step, attempt, request: '00000000-0000-4000-8000-000000000000' };
}

/** Addresses from the ranges for documentation. https://www.rfc-editor.org/rfc/rfc5737 */
function factsOf(id: string, spec: ClusterSpec) {
  if (id === 'addresses/api') return [{ name: publicAddress.name, value: '203.0.113.7' }];
  const machine = clusterOf(spec).machines.find(
    ({ name }) => id.endsWith(`s/${name}`) && /^(controllers|workers)\//.test(id),
  );
  if (!machine) return [];
  const last = machine.role === 'controller' ? 10 + machine.index : 20 + machine.index;
  return [{ name: externalAddress(machine).name, value: `198.51.100.${last}` }];
}

const durations: readonly (readonly [RegExp, number])[] = [
  [/^(remove:)?(controllers|workers)\//, 14_000],
  [/^host-keys\//, 19_000],
  [/^downloads\//, 24_000],
  [/^packages\//, 17_000],
  [/^etcd\/[^/]+$/, 7_000],
  [/^control-plane\//, 16_000],
  [/^(kubelet|membership)\//, 9_000],
  [/^load-balancer\//, 6_000],
  [/^ready\//, 8_000],
  [/^dns\/(runs|resolves)/, 6_000],
  [/^smoke\//, 4_000],
];

/** Always the same for a step, and a little different from its neighbours'. */
function durationOf(id: string): number {
  const base = durations.find(([pattern]) => pattern.test(id))?.[1] ?? 900;
  const spread = [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 997, 7) / 997;
  return Math.round(base * (0.75 + spread / 2));
}
