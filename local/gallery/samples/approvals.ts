import { allowAllPolicy, type Policy } from '../../../src/commands/authorization/policy.ts';
import type { ApprovalRequest } from '../../../src/commands/notifier/approval-request.ts';
import type { ApprovalStatus } from '../../../src/commands/notifier/approval-status.ts';
import { ada, getSampleTime, grace, sampleDeletions } from './fixtures.ts';
import { runs } from './runs.ts';
import type { SampleCatalogue } from './sample.ts';

export const approvalButtonIds = { approve: 'approval.approve', reject: 'approval.reject' };
export const namedApproversPolicy: Policy = { ...allowAllPolicy, approvers: [grace, { group: 'S0000OPS0' }] };
const { view } = runs.waiting;
const changedView = { ...view, hasChanges: true, canResume: true };
export const sampleApproval: ApprovalRequest = {
  seq: 3,
  digest: 'd1',
  deletions: sampleDeletions,
  expiresAt: getSampleTime(1_800),
};
const answer = { actor: grace, at: getSampleTime(60) };

const approvalStatuses: Readonly<Record<string, ApprovalStatus>> = {
  pending: { kind: 'open' },
  'approved, in progress': { kind: 'approved', answer },
  'approved, succeeded': { kind: 'ended', answer, end: { outcome: 'succeeded', at: getSampleTime(400) } },
  'approved, failed': { kind: 'ended', answer, end: { outcome: 'failed', at: getSampleTime(400) } },
  'approved, cancelled': { kind: 'ended', answer, end: { outcome: 'cancelled', at: getSampleTime(400) } },
  rejected: { kind: 'refused', answer },
  superseded: { kind: 'superseded' },
  'superseded after approval': { kind: 'superseded', answer },
  expired: { kind: 'expired' },
  'run cancelled': { kind: 'over', stoppedBy: ada },
  'run ended': { kind: 'over' },
};
const operations = ['rebuild', 'scale', 'resize', 'create'] as const;

/** Approval requests, and replies to their buttons. */
export const approvalSamples = {
  renderApprovalRequest: {
    group: 'Approval',
    surface: 'message',
    states: {
      ...Object.fromEntries(
        Object.entries(approvalStatuses).map(([name, status]) => [
          name,
          [
            status.kind === 'ended' ? changedView : view,
            sampleApproval,
            status,
            allowAllPolicy,
            approvalButtonIds,
          ] as const,
        ]),
      ),
      'pending, stops another run': [
        view,
        { ...sampleApproval, stops: { run: 'r0', operation: 'scale', requester: ada, donePercent: 54 } },
        { kind: 'open' },
        allowAllPolicy,
        approvalButtonIds,
      ],
      ...Object.fromEntries(
        operations.map((operation) => [
          `named approvers: ${operation}`,
          [{ ...view, operation }, sampleApproval, { kind: 'open' }, namedApproversPolicy, approvalButtonIds] as const,
        ]),
      ),
    },
  },
  renderDecision: {
    group: 'Approval reply',
    surface: 'ephemeral',
    states: {
      approved: [{ decided: 'approved' }, 'demo'],
      rejected: [{ decided: 'rejected' }, 'demo'],
      'already approved': [{ alreadyDecided: 'approved', decidedBy: grace, decidedAt: getSampleTime(60) }, 'demo'],
      'already rejected': [{ alreadyDecided: 'rejected', decidedBy: grace, decidedAt: getSampleTime(60) }, 'demo'],
      expired: [{ invalidReason: 'expired' }, 'demo'],
      superseded: [{ invalidReason: 'superseded' }, 'demo'],
      'run ended': [{ invalidReason: 'over' }, 'demo'],
      'unknown request': [{ invalidReason: 'unknown' }, 'demo'],
      'unknown request of an unknown cluster': [{ invalidReason: 'unknown' }, undefined],
    },
  },
} satisfies Pick<SampleCatalogue, 'renderApprovalRequest' | 'renderDecision'>;
