import { describe, expect, test } from 'vitest';
import { allowAllPolicy, type Policy } from '../../../src/commands/authorization/policy.ts';
import { buildApprovalBlocks, renderApprovalRequest } from '../../../src/commands/messages/approval-request.ts';
import { renderAuditFileComment, renderAuditFileSent } from '../../../src/commands/messages/audit-file.ts';
import { formatAuditJsonl, renderAuditTrail } from '../../../src/commands/messages/audit-trail.ts';
import type { Message } from '../../../src/commands/messages/blocks.ts';
import { renderDecision } from '../../../src/commands/messages/decision.ts';
import { renderDeleteModalOpened } from '../../../src/commands/messages/delete-confirmation.ts';
import { renderDeleteModal } from '../../../src/commands/messages/delete-modal.ts';
import { renderDenial } from '../../../src/commands/messages/denial.ts';
import { renderExpiryReminder, renderExtensionResult } from '../../../src/commands/messages/expiry-reminder.ts';
import { renderStatus } from '../../../src/commands/messages/status.ts';
import type { ApprovalRequest } from '../../../src/commands/notifier/approval-request.ts';
import type { ApprovalStatus } from '../../../src/commands/notifier/approval-status.ts';
import type { AuditEntry, Decision } from '../../../src/engine/service/cluster-service.ts';
import { testUser } from '../../fixtures/run.ts';
import { renderText } from './render-text.ts';
import { aStatus, aView, later, noon } from './view-fixture.ts';
import { expectWithinLimits } from './within-limits.ts';

const ids = { approve: 'x.yes', reject: 'x.no' };
const ends = { extend: 'x.extend', delete: 'x.delete' };
const other = { team: 'T1', user: 'U2' };
const named: Policy = { ...allowAllPolicy, approvers: [other, { group: 'S1' }] };
const rebuilding = aView({ operation: 'rebuild' });
const approvalRequest: ApprovalRequest = {
  seq: 2,
  digest: 'd1',
  deletions: ['instance demo-controller-0 (f1-micro, 10.240.0.10)', 'load balancer’s rule demo'],
  expiresAt: later(1_800),
};
const answer = { actor: other, at: later(60) };
const ended = (outcome: 'succeeded' | 'failed' | 'cancelled'): ApprovalStatus => ({
  kind: 'ended',
  answer,
  end: { outcome, at: later(400) },
});
const pending = { ...approvalRequest, run: 'r1', cluster: 'demo', operation: 'rebuild', requester: testUser };

const statuses: Readonly<Record<string, ApprovalStatus>> = {
  open: { kind: 'open' },
  approved: { kind: 'approved', answer },
  'ended well': ended('succeeded'),
  'ended badly': ended('failed'),
  'ended by a stop': ended('cancelled'),
  refused: { kind: 'refused', answer },
  superseded: { kind: 'superseded' },
  'superseded after approval': { kind: 'superseded', answer },
  expired: { kind: 'expired' },
  stopped: { kind: 'over', stoppedBy: testUser },
  over: { kind: 'over' },
};
const decisions: Readonly<Record<string, Decision>> = {
  given: { decided: 'approved' },
  refused: { decided: 'rejected' },
  'given before': { alreadyDecided: 'approved', decidedBy: other, decidedAt: later(60) },
  'refused before': { alreadyDecided: 'rejected', decidedBy: other, decidedAt: later(60) },
  expired: { invalidReason: 'expired' },
  superseded: { invalidReason: 'superseded' },
  over: { invalidReason: 'over' },
  unknown: { invalidReason: 'unknown' },
};
const trail: readonly AuditEntry[] = [
  { at: noon, run: 'r1', actor: testUser, description: 'asked for rebuild from controllers' },
  { at: later(60), run: 'r1', actor: other, description: 'approved rebuild from controllers' },
  {
    at: later(90),
    run: 'r1',
    description: 'removed instance demo-controller-0',
    durationMs: 30_000,
    outcome: 'succeeded',
  },
];

const all: Readonly<Record<string, Message>> = {
  ...Object.fromEntries(
    Object.entries(statuses).map(([name, status]) => [
      `rebuild ${name}`,
      renderApprovalRequest(rebuilding, approvalRequest, status, allowAllPolicy, ids),
    ]),
  ),
  'rebuild open, approvers named': renderApprovalRequest(rebuilding, approvalRequest, { kind: 'open' }, named, ids),
  'scale open': renderApprovalRequest(
    aView({ operation: 'scale' }),
    approvalRequest,
    { kind: 'open' },
    allowAllPolicy,
    ids,
  ),
  'create open': renderApprovalRequest(aView(), approvalRequest, { kind: 'open' }, allowAllPolicy, ids),
  'status with a question': renderStatus(
    aStatus({ settledState: 'ready' }, rebuilding),
    buildApprovalBlocks(pending, named, ids),
  ),
  ...Object.fromEntries(
    Object.entries(decisions).map(([name, decision]) => [`press: ${name}`, renderDecision(decision, 'demo').message]),
  ),
  'press on nothing known': renderDecision({ invalidReason: 'unknown' }, undefined).message,
  'refusal: channel': renderDenial({ reason: 'channel', allowedChannels: ['C1', 'C2'] }),
  'refusal: creator': renderDenial({ reason: 'not-a-creator', allowed: [other, { group: 'S1' }] }),
  'refusal: approver': renderDenial({ reason: 'not-an-approver', allowed: [other] }),
  'refusal: own': renderDenial({ reason: 'own-request', allowed: [testUser, other] }),
  'refusal: too many': renderDenial({ reason: 'too-many', deletionCount: 12, limit: 10 }),
  'refusal: group': renderDenial({ reason: 'unreadable', group: 'S1' }),
  'delete, typing': renderDeleteModalOpened('demo'),
  'ends soon': renderExpiryReminder(
    { cluster: 'demo', run: 'r1' },
    testUser,
    { expiresAt: later(1_800), now: noon },
    ends,
  ),
  'ends soon, then deleted': renderExpiryReminder(
    { cluster: 'demo', run: 'r1' },
    testUser,
    { expiresAt: later(1_800), now: noon, deletesAt: later(1_800) },
    ends,
  ),
  'has ended': renderExpiryReminder({ cluster: 'demo', run: 'r1' }, testUser, { expiresAt: noon, now: later(9) }, ends),
  extended: renderExtensionResult('demo', other, { expiresAt: later(28_800) }).message,
  'extended before': renderExtensionResult('demo', other, { alreadyExtendedTo: later(28_800) }).message,
  'extended in vain': renderExtensionResult('demo', other, { notFound: true }).message,
  audit: renderAuditTrail('demo', trail),
  'audit of nothing': renderAuditTrail('demo', []),
  'audit file': renderAuditFileComment('demo', 3),
  'audit sent': renderAuditFileSent('demo'),
};

describe('messages about approvals, denials and expiry', () => {
  test.each(Object.entries(all))('%s shows a next step', (_, message) => {
    expect(JSON.stringify(message)).toMatch(
      /\/kthw |latest approval request|JSON Lines|<#C1>|KTHW_MAX_DELETIONS|Try again/,
    );
  });

  test.each(Object.entries(statuses))(
    'an approval request that is %s has buttons only while it is open',
    (_, status) => {
      const blocks = JSON.stringify(
        renderApprovalRequest(rebuilding, approvalRequest, status, allowAllPolicy, ids).blocks,
      );
      expect(blocks.includes('x.yes')).toBe(status.kind === 'open');
      expect(blocks).toContain('demo-controller-0');
    },
  );

  test('truncates a long list of resources and keeps the buttons', () => {
    const deletions = Array.from({ length: 200 }, (_, i) => `instance demo-worker-${i} ${'x'.repeat(300)}`);
    const long = renderApprovalRequest(
      rebuilding,
      { ...approvalRequest, deletions },
      { kind: 'open' },
      allowAllPolicy,
      ids,
    );
    expectWithinLimits(long);
    const blocks = JSON.stringify(long.blocks);
    expect(blocks).toContain('… and 140 more');
    // What is built first, the machines, is what a person must see.
    expect(blocks).toContain('instance demo-worker-199 ');
    expect(blocks).toContain('x.yes');
    expectWithinLimits(renderStatus(aStatus(), buildApprovalBlocks({ ...pending, deletions }, named, ids)));
  });

  test('mentions the first ten approvers and counts the others', () => {
    const approvers = Array.from({ length: 30 }, (_, i) => ({ team: 'T1', user: `U${i}` }));
    expect(
      JSON.stringify(
        renderApprovalRequest(rebuilding, approvalRequest, { kind: 'open' }, { ...allowAllPolicy, approvers }, ids),
      ),
    ).toContain('<@U9>, 20 more');
  });
});

describe('the delete dialog', () => {
  test.each(['demo', 'a'.repeat(40)])('is within Slack’s limits for %s', (name) => {
    const view = renderDeleteModal(name, {
      id: 'delete.confirmName',
      block: 'name',
      value: { cluster: name, channel: 'C1' },
    });
    for (const part of [view.title, view.submit, view.close]) expect(part?.text.length).toBeLessThanOrEqual(24);
    expect(view.private_metadata?.length).toBeLessThanOrEqual(3_000);
    expect(JSON.stringify(view.blocks)).toContain(`Type ${name} to delete it`);
  });
});

describe('the audit log', () => {
  test('shows the newest forty entries, newest last, and counts the earlier ones', () => {
    const many = Array.from({ length: 100 }, (_, i) => ({
      at: later(i),
      description: `removed machine ${i} ${'y'.repeat(400)}`,
    }));
    const shown = renderAuditTrail('demo', many);
    expectWithinLimits(shown);
    const text = renderText(shown);
    expect(text).toContain('60 earlier entries in the file');
    expect(text).not.toContain('machine 59 ');
    expect(text.indexOf('machine 60 ')).toBeLessThan(text.indexOf('machine 99 '));
  });

  test('is a JSON Lines file, oldest first', () => {
    const lines = formatAuditJsonl('demo', trail)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual(trail.map((entry) => ({ cluster: 'demo', ...entry, at: entry.at.toISOString() })));
  });
});

describe('external text', () => {
  test.each([
    ['markup', '<!channel> & <https://evil|click> `*bold*` ```'],
    ['too long', `${'<&>'.repeat(2_000)} ${'word '.repeat(2_000)}`],
    ['empty', ''],
  ])('is escaped and truncated: %s', (_, text) => {
    const lines = { ...approvalRequest, deletions: Array.from({ length: 60 }, () => text) };
    for (const status of Object.values(statuses))
      expectWithinLimits(renderApprovalRequest(rebuilding, lines, status, named, ids));
    expectWithinLimits(renderStatus(aStatus(), buildApprovalBlocks({ ...pending, ...lines }, named, ids)));
    expectWithinLimits(
      renderAuditTrail(
        'demo',
        Array.from({ length: 60 }, () => ({ at: noon, description: text })),
      ),
    );
  });
});
