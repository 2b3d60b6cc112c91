import { allowAllPolicy } from '../../../src/commands/authorization/policy.ts';
import { renderStoreUnavailable } from '../../../src/commands/messages/command-replies.ts';
import { renderDenial } from '../../../src/commands/messages/denial.ts';
import {
  type HomeTabState,
  renderHomeForNonMember,
  renderHomeMessage,
  renderHomeTab,
} from '../../../src/commands/messages/home-tab.ts';
import { renderKubeconfigSent } from '../../../src/commands/messages/kubeconfig.ts';
import { renderLoadingModal, renderReplyModal } from '../../../src/commands/messages/reply-modal.ts';
import { renderStatus } from '../../../src/commands/messages/status.ts';
import { ada, channel, createClusterRecord, getSampleTime, grace, spec } from './fixtures.ts';
import { runs } from './runs.ts';
import type { Sample } from './sample.ts';

const approvalButtonIds = { approve: 'approval.approve', reject: 'approval.reject' };
const outputs = { 'public-address': '203.0.113.7' };
const ready = { name: 'demo', record: createClusterRecord({ state: 'ready', outputs }), latestRun: runs.ready.view };
const waitingRun = runs.waiting.view;
const clusters = [
  ready,
  {
    name: 'scratch',
    record: createClusterRecord({
      spec: { ...spec, name: 'scratch', controllers: 1 },
      state: 'failed',
      createdBy: grace,
    }),
  },
  {
    name: 'staging',
    record: createClusterRecord({
      spec: { ...spec, name: 'staging', workers: 5 },
      expiresAt: getSampleTime(28_800).toISOString(),
    }),
    latestRun: { ...runs.building.view, cluster: 'staging', run: 'r2' },
  },
];
const pendingApproval = {
  run: waitingRun.run,
  cluster: 'demo',
  operation: 'rebuild',
  digest: 'd1',
  deletions: ['load balancer’s rule demo', ...[0, 1, 2].map((n) => `machine demo-controller-${n} (f1-micro)`)],
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

function createHomeSample(name: string, overrides: Partial<HomeTabState>): Sample {
  return {
    group: 'Home',
    name,
    surface: 'home',
    message: renderHomeTab({ ...defaultState, ...overrides }, approvalButtonIds),
  };
}

/** The Home tab in each of its states, and what its buttons open. */
export const homeSamples: readonly Sample[] = [
  createHomeSample('the first time', { clusters: [] }),
  createHomeSample('the first time, for who may not create', { clusters: [], canCreate: false }),
  createHomeSample('clusters', {}),
  createHomeSample('for who may not create', { canCreate: false }),
  createHomeSample('something waits for you', {
    clusters: clustersAwaitingApproval,
    pendingApprovals: [pendingApproval],
    approvalsForUser: [pendingApproval],
  }),
  createHomeSample('something waits for somebody else', {
    clusters: clustersAwaitingApproval,
    pendingApprovals: [pendingApproval],
  }),
  createHomeSample('more than five wait for you', {
    approvalsForUser: Array.from({ length: 7 }, (_, n) => ({ ...pendingApproval, run: `r${n}` })),
  }),
  createHomeSample('after Kubeconfig', { notice: renderKubeconfigSent('demo') }),
  createHomeSample('after something that is not allowed', {
    notice: renderDenial({ reason: 'not-a-creator', allowed: [grace] }),
  }),
  createHomeSample('more clusters than it holds', { clusters: manyClusters }),
  {
    group: 'Home',
    name: 'for somebody of elsewhere',
    surface: 'home',
    message: renderHomeForNonMember([channel], false),
  },
  {
    group: 'Home',
    name: 'where nobody can say who is there',
    surface: 'home',
    message: renderHomeForNonMember([channel], true),
  },
  {
    group: 'Home',
    name: 'while the store is away',
    surface: 'home',
    message: renderHomeMessage(renderStoreUnavailable()),
  },
  { group: 'Home', name: 'Status, at once', surface: 'modal', message: renderLoadingModal('demo', channel) },
  { group: 'Home', name: 'Status', surface: 'modal', message: renderReplyModal('demo', renderStatus(ready), channel) },
];
