import { allowAllPolicy, type Policy } from '../../../src/commands/authorization/policy.ts';
import { buildApprovalBlocks, renderApprovalRequest } from '../../../src/commands/messages/approval-request.ts';
import { renderDecision } from '../../../src/commands/messages/decision.ts';
import { renderStatus } from '../../../src/commands/messages/status.ts';
import type { ApprovalRequest, ApprovalStatus } from '../../../src/commands/notifier/approval-status.ts';
import type { Decision } from '../../../src/engine/service/cluster-service.ts';
import { ada, createClusterRecord, getSampleTime, grace } from './fixtures.ts';
import { runs } from './runs.ts';
import { createMessageSamples, type Sample } from './sample.ts';

const approvalButtonIds = { approve: 'approval.approve', reject: 'approval.reject' };
const { view } = runs.waiting;
const approval: ApprovalRequest = {
  seq: 3,
  digest: 'd1',
  deletions: [
    'load balancer’s rule demo',
    ...[0, 1, 2].map((n) => `machine demo-controller-${n} (f1-micro, 10.240.0.1${n})`),
  ],
  expiresAt: getSampleTime(1_800),
};
const namedApproversPolicy: Policy = { ...allowAllPolicy, approvers: [grace, { group: 'S0000OPS0' }] };
const answer = { actor: grace, at: getSampleTime(60) };

const approvalStatuses: Readonly<Record<string, ApprovalStatus>> = {
  asked: { kind: 'open' },
  'given, and under way': { kind: 'approved', answer },
  'given, and done': { kind: 'ended', answer, end: { outcome: 'succeeded', at: getSampleTime(400) } },
  'given, and failed': { kind: 'ended', answer, end: { outcome: 'failed', at: getSampleTime(400) } },
  'given, and stopped': { kind: 'ended', answer, end: { outcome: 'cancelled', at: getSampleTime(400) } },
  rejected: { kind: 'refused', answer },
  'asked anew': { kind: 'superseded' },
  'asked anew after a yes': { kind: 'superseded', answer },
  expired: { kind: 'expired' },
  'the run was stopped': { kind: 'over', stoppedBy: ada },
  'the run ended': { kind: 'over' },
};

const decisions: Readonly<Record<string, Decision>> = {
  'yes counts': { decided: 'approved' },
  'no counts': { decided: 'rejected' },
  'approved before': { alreadyDecided: 'approved', decidedBy: grace, decidedAt: getSampleTime(60) },
  'refused before': { alreadyDecided: 'rejected', decidedBy: grace, decidedAt: getSampleTime(60) },
  'too late': { invalidReason: 'expired' },
  'things have changed': { invalidReason: 'superseded' },
  'the run is over': { invalidReason: 'over' },
  'never asked': { invalidReason: 'unknown' },
};

const operations = ['rebuild', 'scale', 'resize', 'create'] as const;

/** What a run asks before it takes something away, and what comes of it. */
export const approvalSamples: readonly Sample[] = [
  ...createMessageSamples('Approval', 'message', {
    ...Object.fromEntries(
      Object.entries(approvalStatuses).map(([name, status]) => [
        name,
        renderApprovalRequest(view, approval, status, allowAllPolicy, approvalButtonIds),
      ]),
    ),
    ...Object.fromEntries(
      operations.map((operation) => [
        `asked before: ${operation}`,
        renderApprovalRequest(
          { ...view, operation },
          approval,
          { kind: 'open' },
          namedApproversPolicy,
          approvalButtonIds,
        ),
      ]),
    ),
  }),
  ...createMessageSamples(
    'What came of a press',
    'ephemeral',
    Object.fromEntries(Object.entries(decisions).map(([name, one]) => [name, renderDecision(one, 'demo').message])),
  ),
  ...createMessageSamples('What came of a press', 'ephemeral', {
    'on nothing known': renderDecision({ invalidReason: 'unknown' }, undefined).message,
  }),
  ...createMessageSamples('Status', 'ephemeral', {
    'waits for a yes': renderStatus(
      { name: 'demo', record: createClusterRecord({ state: 'failed' }), latestRun: view },
      buildApprovalBlocks(
        { run: 'r1', cluster: 'demo', operation: 'rebuild', requester: ada, ...approval },
        namedApproversPolicy,
        approvalButtonIds,
      ),
    ),
  }),
];
