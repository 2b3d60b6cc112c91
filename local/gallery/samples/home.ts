import { allowAllPolicy } from '../../../src/commands/authorization/policy.ts';
import { renderDenial } from '../../../src/commands/messages/denial.ts';
import type { HomeTabState } from '../../../src/commands/messages/home-tab.ts';
import { renderKubeconfigSentReply } from '../../../src/commands/messages/kubeconfig-reply.ts';
import { renderStatus } from '../../../src/commands/messages/status.ts';
import { renderStoreUnavailable } from '../../../src/commands/messages/store-unavailable.ts';
import { approvalButtonIds } from './approvals.ts';
import { ada, channel, createStatus, demoStatus, getSampleTime, grace, sampleDeletions, spec } from './fixtures.ts';
import { runs } from './runs.ts';
import type { SampleCatalogue } from './sample.ts';

const ready = { ...demoStatus, latestRun: runs.ready.view };
const waitingRun = runs.waiting.view;
const clusters = [
  ready,
  createStatus({ spec: { ...spec, name: 'scratch', controllers: 1 }, settledState: 'failed', createdBy: grace }),
  {
    ...createStatus({
      spec: { ...spec, name: 'staging', workers: 5 },
      expiresAt: getSampleTime(28_800).toISOString(),
    }),
    latestRun: { ...runs.creating.view, cluster: 'staging', run: 'r2' },
  },
];
const pendingApproval = {
  run: waitingRun.run,
  cluster: 'demo',
  operation: 'rebuild',
  digest: 'd1',
  deletions: sampleDeletions,
  requester: ada,
  expiresAt: getSampleTime(1_800),
};
const defaultState: HomeTabState = {
  clusters,
  pendingApprovals: [],
  approvalsForUser: [],
  canCreate: true,
  policy: allowAllPolicy,
  now: getSampleTime(75),
};
const clustersAwaitingApproval = [{ ...ready, latestRun: waitingRun }, ...clusters.slice(1)];
const manyClusters = Array.from({ length: 120 }, (_, n) => ({ ...ready, name: `demo-${String(n).padStart(3, '0')}` }));

function createHome(overrides: Partial<HomeTabState>): [HomeTabState, typeof approvalButtonIds] {
  return [{ ...defaultState, ...overrides }, approvalButtonIds];
}

/** The Home tab, and the modals of its buttons. */
export const homeSamples = {
  renderHomeTab: {
    group: 'Home',
    surface: 'home',
    states: {
      'no clusters': createHome({ clusters: [] }),
      'no clusters, read-only user': createHome({ clusters: [], canCreate: false }),
      clusters: createHome({}),
      'read-only user': createHome({ canCreate: false }),
      'awaiting your approval': createHome({
        clusters: clustersAwaitingApproval,
        pendingApprovals: [pendingApproval],
        approvalsForUser: [pendingApproval],
      }),
      'awaiting approval of another user': createHome({
        clusters: clustersAwaitingApproval,
        pendingApprovals: [pendingApproval],
      }),
      'seven approvals': createHome({
        approvalsForUser: Array.from({ length: 7 }, (_, n) => ({ ...pendingApproval, run: `r${n}` })),
      }),
      'after Kubeconfig': createHome({ notice: renderKubeconfigSentReply('demo', 'view') }),
      'after a denied request': createHome({
        notice: renderDenial({ reason: 'not-a-creator', allowed: [grace] }),
      }),
    },
    /** Its text repeats that of "clusters" 49 times. */
    liveStates: { 'more than 49 clusters': createHome({ clusters: manyClusters }) },
  },
  renderHomeMessageForNonMember: {
    group: 'Home',
    surface: 'home',
    states: { 'not in a channel': [[channel], false], 'membership unreadable': [[channel], true] },
  },
  renderHomeMessage: {
    group: 'Home',
    surface: 'home',
    states: { 'database unavailable': [renderStoreUnavailable()] },
  },
  renderLoadingModal: { group: 'Home', surface: 'modal', states: { 'Status, loading': ['demo'] } },
  renderReplyModal: {
    group: 'Home',
    surface: 'modal',
    states: { Status: ['demo', renderStatus(ready)] },
  },
} satisfies Partial<SampleCatalogue>;
