import type { RunView } from '../../../src/engine/service/cluster-service.ts';
import {
  ada,
  channel,
  getSampleTime,
  grace,
  imageUnavailable,
  quotaExceeded,
  sampleDeletions,
  spec,
  sshUnreachable,
} from './fixtures.ts';
import type { SampleCatalogue } from './sample.ts';
import { type SimulatedRun, simulateRun } from './simulate-run.ts';

const baseOptions = { spec, actor: ada, channel } as const;
const createOptions = { operation: 'create', ...baseOptions } as const;
const smallSpec = { ...spec, machineType: 'f1-micro' };
const rebuildOptions = {
  operation: 'rebuild',
  previousSpec: smallSpec,
  ...baseOptions,
} as const;

/** Simulated runs, for messages and charts. */
export const runs = {
  started: simulateRun({ ...createOptions, untilSec: 3 }),
  creating: simulateRun({
    ...createOptions,
    untilSec: 75,
    retries: { 'host-keys/demo-worker-1': { times: 4, error: sshUnreachable } },
  }),
  ready: simulateRun({ ...createOptions, retries: { 'host-keys/demo-worker-1': { times: 4, error: sshUnreachable } } }),
  'ready without DNS': simulateRun({
    ...createOptions,
    deferred: { 'dns/runs': imageUnavailable },
  }),
  failed: simulateRun({
    ...createOptions,
    failure: {
      step: 'workers/demo-worker-2',
      with: { type: 'step.failed', step: 'workers/demo-worker-2', error: quotaExceeded },
    },
  }),
  cancelling: simulateRun({ ...createOptions, cancelAtSec: 40, untilSec: 41 }),
  cancelled: simulateRun({ ...createOptions, cancelAtSec: 40 }),
  waiting: simulateRun({ ...rebuildOptions, approval: { deletions: sampleDeletions, actor: grace } }),
  rebuilt: simulateRun({
    ...rebuildOptions,
    approval: { deletions: sampleDeletions, actor: grace, answeredAfterSec: 240 },
  }),
  scaled: simulateRun({ ...createOptions, operation: 'scale', spec: { ...spec, workers: 4 }, previousSpec: spec }),
  deleted: simulateRun({ ...createOptions, operation: 'delete' }),
  tested: simulateRun({ ...createOptions, operation: 'smoke' }),
} satisfies Record<string, SimulatedRun>;

const threadUrl = 'https://local.slack.com/archives/C0CLUSTER/p1767614400000100';
const { view: ready } = runs.ready;

/** Main message and thread of a run. */
export const runSamples = {
  renderRunSummary: {
    group: 'Summary',
    surface: 'message',
    states: {
      ...Object.fromEntries(
        Object.entries(runs).map(([name, { view }]) => [
          name,
          [view, { threadUrl, isAwaitingApproval: name === 'waiting' }] as const,
        ]),
      ),
      paused: [{ ...runs.creating.view, pausedAfterChapter: 4 }, { threadUrl }],
      'posted elsewhere': [runs.creating.view, { fallbackReason: 'that channel is archived' }],
    },
  },
  renderPhaseResult: {
    group: 'Thread',
    surface: 'message',
    states: {
      'phase result': [ready, 'firewall', listOutcomes(ready, 'firewall')],
      'phase result with three steps': [ready, 'certificates', listOutcomes(ready, 'certificates')],
    },
  },
  renderStepLog: {
    group: 'Thread',
    surface: 'message',
    states: { 'step log': [ready, [{ step: 'etcd/demo-controller-0', line: 'member 1 of 3 has joined' }]] },
  },
  renderLostSteps: {
    group: 'Thread',
    surface: 'message',
    states: {
      'lost steps': [
        [
          'instance demo-worker-1 (e2-standard-2, 10.240.0.21) is missing',
          'instance demo-worker-2 (e2-standard-2, 10.240.0.22) was replaced or restarted',
        ],
      ],
    },
  },
  renderRunAction: {
    group: 'Thread',
    surface: 'message',
    states: {
      resumed: [grace, 'resumed'],
      'cancel requested': [ada, 'cancelRequested'],
      approved: [grace, 'approved'],
      rejected: [grace, 'refused'],
      'stopped for another run': [grace, 'cancelRequested', 'rebuild'],
    },
  },
  renderRunFaultCard: {
    group: 'Thread',
    surface: 'message',
    states: {
      'run error, retrying': [runs.creating.view, { error: sshUnreachable, retryAt: getSampleTime(90).toISOString() }],
      'run error, gave up': [runs.failed.view, { error: sshUnreachable }],
    },
  },
  renderRunResult: {
    group: 'Thread',
    surface: 'message',
    states: {
      'result: ready': [ready, {}],
      'result: ready, kubeconfig not sent': [ready, { failureReason: 'the app’s Messages tab is disabled' }],
      'result: ready without DNS': [runs['ready without DNS'].view, {}],
      'result: failed': [runs.failed.view],
      'result: cancelled': [runs.cancelled.view],
      'result: rebuilt': [runs.rebuilt.view],
      'result: scaled': [runs.scaled.view],
      'result: deleted': [runs.deleted.view],
      'result: smoke test passed': [runs.tested.view],
    },
  },
} satisfies Partial<SampleCatalogue>;

function listOutcomes(view: RunView, phase: string): Map<string, 'applied' | 'adopted'> {
  const steps = Object.entries(view.steps).filter(([, step]) => step.phase === phase);
  return new Map(steps.map(([id], i) => [id, i === 1 ? 'adopted' : 'applied']));
}
