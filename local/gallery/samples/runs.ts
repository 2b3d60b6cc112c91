import { summary } from '../../../src/commands/messages/run-summary.ts';
import { ended, phaseDone, saidBy, saidLines } from '../../../src/commands/messages/run-thread-messages.ts';
import type { RunView } from '../../../src/engine/service/cluster-service-types.ts';
import { failureOf } from './errors.ts';
import { ada, channel, grace, spec, sshAway } from './fixtures.ts';
import { messages, type Sample } from './sample.ts';
import { type Play, type Played, played } from './simulate-run.ts';

const asked = { spec, by: ada, channel } as const;
const create = { operation: 'create', ...asked } as const;
const small = { ...spec, machineType: 'f1-micro' };
const rebuild = { operation: 'rebuild', from: 'controllers', before: small, ...asked } as const;
const destroys = [
  'load balancer’s rule demo',
  ...[0, 1, 2].map((n) => `machine demo-controller-${n} (f1-micro, 10.240.0.1${n})`),
];

/** Runs as their journals would have them, for messages and pictures alike. */
export const runs = {
  begun: played({ ...create, untilSec: 3 }),
  building: played({ ...create, untilSec: 75, retries: { 'host-keys/demo-worker-1': { times: 4, fault: sshAway } } }),
  ready: played({ ...create, retries: { 'host-keys/demo-worker-1': { times: 4, fault: sshAway } } }),
  'ready without DNS': played({ ...create, postponed: { 'dns/runs': failureOf('image-unavailable') } }),
  failed: played({
    ...create,
    stops: {
      step: 'workers/demo-worker-2',
      with: { type: 'step.failed', step: 'workers/demo-worker-2', fault: failureOf('quota') },
    },
  }),
  stopping: played({ ...create, cancelledSec: 40, untilSec: 41 }),
  cancelled: played({ ...create, cancelledSec: 40 }),
  waiting: played({ ...rebuild, asks: { destroys, by: grace } }),
  rebuilt: played({ ...rebuild, asks: { destroys, by: grace, answeredAfterSec: 240 } }),
  scaled: played({ ...create, operation: 'scale', spec: { ...spec, workers: 4 }, before: spec }),
  deleted: played({ ...create, operation: 'delete' }),
  tested: played({ ...create, operation: 'smoke' }),
} satisfies Record<string, Played>;

export const thread = 'https://local.slack.com/archives/C0CLUSTER/p1767614400000100';
const { view: ready } = runs.ready;

/** What a run looks like in its channel and its thread. */
export const runSamples: readonly Sample[] = [
  ...messages('Summary', 'message', {
    ...Object.fromEntries(
      Object.entries(runs).map(([name, { view }]) => [name, summary(view, { thread, waits: name === 'waiting' })]),
    ),
    'not where it was asked for': summary(runs.building.view, { moved: 'that channel is archived' }),
  }),
  ...messages('Thread', 'message', {
    'a phase is done': phaseDone(ready, 'firewall', outcomes(ready, 'firewall')),
    'a phase of many steps is done': phaseDone(ready, 'certificates', outcomes(ready, 'certificates')),
    'a step speaks': saidLines(ready, [{ step: 'etcd/demo-controller-0', line: 'member 1 of 3 has joined' }]),
    resumed: saidBy(grace, 'resumed'),
    'stop asked for': saidBy(ada, 'cancelAsked'),
    approved: saidBy(grace, 'approved'),
    refused: saidBy(grace, 'refused'),
    'the end: ready': ended(ready, {}),
    'the end: ready, the kubeconfig could not be sent': ended(ready, { failed: 'direct messages are switched off' }),
    'the end: left for later': ended(runs['ready without DNS'].view, {}),
    'the end: failed': ended(runs.failed.view),
    'the end: cancelled': ended(runs.cancelled.view),
    'the end: rebuilt': ended(runs.rebuilt.view),
    'the end: scaled': ended(runs.scaled.view),
    'the end: deleted': ended(runs.deleted.view),
    'the end: tested': ended(runs.tested.view),
  }),
];

/** The same run on another cluster, for what needs other figures. */
export function another(change: Partial<Play>): Played {
  return played({ ...create, ...change });
}

function outcomes(view: RunView, phase: string): Map<string, 'applied' | 'adopted'> {
  const steps = Object.entries(view.steps).filter(([, step]) => step.phase === phase);
  return new Map(steps.map(([id], i) => [id, i === 1 ? 'adopted' : 'applied']));
}
