import { renderRunSummary } from '../../../src/commands/messages/run-summary.ts';
import {
  renderPhaseResult,
  renderRunAction,
  renderRunResult,
  renderStepLog,
} from '../../../src/commands/messages/run-thread-messages.ts';
import type { RunView } from '../../../src/engine/service/cluster-service.ts';
import { createSampleError } from './errors.ts';
import { ada, channel, grace, spec, sshUnreachable } from './fixtures.ts';
import { createMessageSamples, type Sample } from './sample.ts';
import { type SimulatedRun, type SimulatedRunOptions, simulateRun } from './simulate-run.ts';

const baseOptions = { spec, actor: ada, channel } as const;
const createOptions = { operation: 'create', ...baseOptions } as const;
const smallSpec = { ...spec, machineType: 'f1-micro' };
const rebuildOptions = {
  operation: 'rebuild',
  fromPhase: 'controllers',
  previousSpec: smallSpec,
  ...baseOptions,
} as const;
const deletions = [
  'load balancer’s rule demo',
  ...[0, 1, 2].map((n) => `machine demo-controller-${n} (f1-micro, 10.240.0.1${n})`),
];

/** Runs as their journals would have them, for messages and pictures alike. */
export const runs = {
  begun: simulateRun({ ...createOptions, untilSec: 3 }),
  building: simulateRun({
    ...createOptions,
    untilSec: 75,
    retries: { 'ssh-host-keys/demo-worker-1': { times: 4, error: sshUnreachable } },
  }),
  ready: simulateRun({
    ...createOptions,
    retries: { 'ssh-host-keys/demo-worker-1': { times: 4, error: sshUnreachable } },
  }),
  'ready without DNS': simulateRun({
    ...createOptions,
    deferred: { 'dns/ready': createSampleError('image-unavailable') },
  }),
  failed: simulateRun({
    ...createOptions,
    failure: {
      step: 'workers/demo-worker-2',
      with: { type: 'step.failed', step: 'workers/demo-worker-2', error: createSampleError('quota') },
    },
  }),
  stopping: simulateRun({ ...createOptions, cancelAtSec: 40, untilSec: 41 }),
  cancelled: simulateRun({ ...createOptions, cancelAtSec: 40 }),
  waiting: simulateRun({ ...rebuildOptions, approval: { deletions, actor: grace } }),
  rebuilt: simulateRun({ ...rebuildOptions, approval: { deletions, actor: grace, answeredAfterSec: 240 } }),
  scaled: simulateRun({ ...createOptions, operation: 'scale', spec: { ...spec, workers: 4 }, previousSpec: spec }),
  deleted: simulateRun({ ...createOptions, operation: 'delete' }),
  tested: simulateRun({ ...createOptions, operation: 'smoke' }),
} satisfies Record<string, SimulatedRun>;

export const threadUrl = 'https://local.slack.com/archives/C0CLUSTER/p1767614400000100';
const { view: ready } = runs.ready;

/** What a run looks like in its channel and its thread. */
export const runSamples: readonly Sample[] = [
  ...createMessageSamples('Summary', 'message', {
    ...Object.fromEntries(
      Object.entries(runs).map(([name, { view }]) => [
        name,
        renderRunSummary(view, { threadUrl, isAwaitingApproval: name === 'waiting' }),
      ]),
    ),
    'not where it was asked for': renderRunSummary(runs.building.view, { fallbackReason: 'that channel is archived' }),
  }),
  ...createMessageSamples('Thread', 'message', {
    'a phase is done': renderPhaseResult(ready, 'firewall', listOutcomes(ready, 'firewall')),
    'a phase of many steps is done': renderPhaseResult(ready, 'certificates', listOutcomes(ready, 'certificates')),
    'a step speaks': renderStepLog(ready, [{ step: 'etcd/demo-controller-0', line: 'member 1 of 3 has joined' }]),
    resumed: renderRunAction(grace, 'resumed'),
    'stop asked for': renderRunAction(ada, 'cancelRequested'),
    approved: renderRunAction(grace, 'approved'),
    refused: renderRunAction(grace, 'refused'),
    'the end: ready': renderRunResult(ready, {}),
    'the end: ready, the kubeconfig could not be sent': renderRunResult(ready, {
      failureReason: 'direct messages are switched off',
    }),
    'the end: left for later': renderRunResult(runs['ready without DNS'].view, {}),
    'the end: failed': renderRunResult(runs.failed.view),
    'the end: cancelled': renderRunResult(runs.cancelled.view),
    'the end: rebuilt': renderRunResult(runs.rebuilt.view),
    'the end: scaled': renderRunResult(runs.scaled.view),
    'the end: deleted': renderRunResult(runs.deleted.view),
    'the end: tested': renderRunResult(runs.tested.view),
  }),
];

/** The same run on another cluster, for what needs other figures. */
export function simulateCreateRun(overrides: Partial<SimulatedRunOptions>): SimulatedRun {
  return simulateRun({ ...createOptions, ...overrides });
}

function listOutcomes(view: RunView, phase: string): Map<string, 'applied' | 'adopted'> {
  const steps = Object.entries(view.steps).filter(([, step]) => step.phase === phase);
  return new Map(steps.map(([id], i) => [id, i === 1 ? 'adopted' : 'applied']));
}
