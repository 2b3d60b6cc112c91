import { pauseButtonIds } from '../../../src/commands/interactions/pause-buttons.ts';
import { buildApprovalBlocks } from '../../../src/commands/messages/approval-request.ts';
import { buildPauseBlocks } from '../../../src/commands/messages/chapter-pause.ts';
import { approvalButtonIds, namedApproversPolicy, sampleApproval } from './approvals.ts';
import { ada, createClusterRecord, createStatus, demoStatus, getSampleTime, grace, outputs, spec } from './fixtures.ts';
import { pausedView } from './pauses.ts';
import { runs } from './runs.ts';
import type { SampleCatalogue } from './sample.ts';

const readyStatus = { ...demoStatus, latestRun: runs.ready.view };
const creatingStatus = { ...createStatus(), latestRun: runs.creating.view };

const incompleteStatus = {
  ...demoStatus,
  latestRun: runs['ready without DNS'].view,
  lastSucceededRun: runs['ready without DNS'].view,
};

/** Replies to `/kthw status` and `/kthw list`. */
export const statusSamples = {
  renderStatus: {
    group: 'Status',
    surface: 'ephemeral',
    states: {
      creating: [creatingStatus],
      ready: [readyStatus, [], true],
      'ready without DNS': [incompleteStatus, [], true],
      'ready without DNS, request rejected': [
        { ...incompleteStatus, latestRun: { ...runs.cancelled.view, hasChanges: false, canResume: false } },
      ],
      'ready, with a TTL': [
        {
          ...readyStatus,
          record: createClusterRecord({
            settledState: 'ready',
            outputs,
            expiresAt: getSampleTime(28_800).toISOString(),
          }),
        },
      ],
      failed: [{ ...createStatus({ settledState: 'failed' }), latestRun: runs.failed.view }],
      cancelled: [{ ...createStatus({ settledState: 'cancelled' }), latestRun: runs.cancelled.view }],
      deleting: [
        {
          ...demoStatus,
          state: 'deleting',
          latestRun: { ...runs.started.view, operation: 'delete' },
        },
      ],
      'without a run': [createStatus({ settledState: 'failed' })],
      'awaiting approval': [
        { ...createStatus({ settledState: 'failed' }), latestRun: runs.waiting.view },
        buildApprovalBlocks(
          { run: 'r1', cluster: 'demo', operation: 'rebuild', requester: ada, ...sampleApproval },
          namedApproversPolicy,
          approvalButtonIds,
        ),
      ],
      'queued run awaiting approval': [
        { ...creatingStatus, queuedRun: runs.waiting.view },
        buildApprovalBlocks(
          {
            run: 'r1',
            cluster: 'demo',
            operation: 'rebuild',
            requester: ada,
            ...sampleApproval,
            stops: { run: 'r0', operation: 'create', requester: grace, donePercent: 54 },
          },
          namedApproversPolicy,
          approvalButtonIds,
        ),
      ],
      paused: [{ ...createStatus(), latestRun: pausedView }, buildPauseBlocks(pausedView, pauseButtonIds)],
    },
  },
  renderClusterList: {
    group: 'List',
    surface: 'ephemeral',
    states: {
      'three clusters': [
        [
          readyStatus,
          {
            ...createStatus({ spec: { ...spec, name: 'staging', workers: 5 } }),
            latestRun: runs.creating.view,
          },
          createStatus({
            spec: { ...spec, name: 'scratch', controllers: 1, workers: 1 },
            settledState: 'failed',
            createdBy: grace,
          }),
        ],
      ],
      'no clusters': [[]],
    },
  },
} satisfies Pick<SampleCatalogue, 'renderStatus' | 'renderClusterList'>;
