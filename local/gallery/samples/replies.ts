import {
  renderAuditFileComment,
  renderAuditSent,
  renderAuditTrail,
} from '../../../src/commands/messages/audit-trail.ts';
import {
  renderDmUnavailable,
  renderInvalidArguments,
  renderNothingToSubmit,
  renderStartResult,
  renderStoreUnavailable,
  renderUnexpectedError,
  renderUnknownCluster,
} from '../../../src/commands/messages/command-replies.ts';
import {
  renderDeleteCancelled,
  renderDeleteConfirmation,
  renderDeleteModal,
  renderDeleteModalOpened,
} from '../../../src/commands/messages/delete-confirmation.ts';
import { renderDenial } from '../../../src/commands/messages/denial.ts';
import { renderExpiryReminder, renderExtensionResult } from '../../../src/commands/messages/expiry-reminder.ts';
import { renderCommandHelp, renderHelpOverview } from '../../../src/commands/messages/help.ts';
import {
  renderKubeconfigFileComment,
  renderKubeconfigSent,
  renderKubeconfigUnavailable,
} from '../../../src/commands/messages/kubeconfig.ts';
import { md } from '../../../src/commands/messages/markdown.ts';
import { renderRevocation } from '../../../src/commands/messages/revocation.ts';
import { renderClusterList, renderStatus } from '../../../src/commands/messages/status.ts';
import { commandRegistry } from '../../../src/commands/routing/command-registry.ts';
import { releases } from '../../../src/engine/cluster/releases.ts';
import { phases } from '../../../src/engine/phases/registry.ts';
import { ada, createClusterRecord, getSampleTime, grace, spec } from './fixtures.ts';
import { runs } from './runs.ts';
import { createMessageSamples, type Sample } from './sample.ts';
import { simulationStart } from './simulate-run.ts';

const { name: _, forceSize: __, ...values } = spec;
const defaults = {
  ...values,
  sshRanges: ['0.0.0.0/0'],
  versions: releases.map((one) => one.kubernetes),
  phases: phases.map((one) => one.name),
};
const outputs = { 'public-address': '203.0.113.7' };
const activeRun = { run: 'r0', operation: 'delete', requester: grace, since: simulationStart };
const differences = [
  { field: 'workers', desired: '5', actual: '3' },
  { field: 'machine type', desired: 'e2-standard-4', actual: 'e2-standard-2' },
];
const expiryButtonIds = { extend: 'ttl.extend', delete: 'delete.confirm' };
const deleteButtonIds = { confirm: 'delete.confirm', cancel: 'delete.cancel' };
const expiringSoon = { expiresAt: getSampleTime(1_800), now: simulationStart };
const auditEntries = [
  { at: simulationStart, run: 'r1', actor: ada, description: 'asked for rebuild from controllers' },
  { at: getSampleTime(60), run: 'r1', actor: grace, description: 'approved rebuild from controllers' },
  {
    at: getSampleTime(90),
    run: 'r1',
    description: 'removed machine demo-controller-0',
    durationMs: 30_000,
    outcome: 'succeeded' as const,
  },
  {
    at: getSampleTime(700),
    description: 'was given kubeconfig 3f9a12bc45de as slack:T0000LOCAL:U0000ADA0',
    actor: ada,
  },
];
const grant = {
  id: '3f9a12bc45de',
  grantee: grace,
  commonName: 'slack:T0000LOCAL:U000GRACE',
  issuedAt: getSampleTime(700),
  expiresAt: getSampleTime(87_100),
};
const demoStatus = {
  name: 'demo',
  record: createClusterRecord({ state: 'ready', outputs }),
  latestRun: runs.ready.view,
};

/** What people get back for a command, alone. */
export const replySamples: readonly Sample[] = [
  ...createMessageSamples('Status', 'ephemeral', {
    building: renderStatus({ ...demoStatus, record: createClusterRecord(), latestRun: runs.building.view }),
    ready: renderStatus(demoStatus, [], true),
    'ready, wanted until later': renderStatus({
      ...demoStatus,
      record: createClusterRecord({ state: 'ready', outputs, expiresAt: getSampleTime(28_800).toISOString() }),
    }),
    failed: renderStatus({
      ...demoStatus,
      record: createClusterRecord({ state: 'failed' }),
      latestRun: runs.failed.view,
    }),
    cancelled: renderStatus({
      ...demoStatus,
      record: createClusterRecord({ state: 'cancelled' }),
      latestRun: runs.cancelled.view,
    }),
    deleting: renderStatus({
      ...demoStatus,
      record: createClusterRecord({ state: 'deleting', outputs }),
      latestRun: { ...runs.begun.view, operation: 'delete' },
    }),
    'without a run': renderStatus({ name: 'demo', record: createClusterRecord({ state: 'failed' }) }),
  }),
  ...createMessageSamples('List', 'ephemeral', {
    'three clusters': renderClusterList([
      demoStatus,
      {
        name: 'staging',
        record: createClusterRecord({ spec: { ...spec, name: 'staging', workers: 5 } }),
        latestRun: runs.building.view,
      },
      {
        name: 'scratch',
        record: createClusterRecord({
          spec: { ...spec, name: 'scratch', controllers: 1 },
          state: 'failed',
          createdBy: grace,
        }),
      },
    ]),
    none: renderClusterList([]),
  }),
  ...createMessageSamples('Help', 'ephemeral', {
    'all commands': renderHelpOverview(commandRegistry),
    ...Object.fromEntries(commandRegistry.map((one) => [one.name, renderCommandHelp(one, defaults)])),
  }),
  ...createMessageSamples('Kubeconfig', 'message', {
    'by direct message, with the file': renderKubeconfigFileComment('demo', {
      expiresAt: getSampleTime(86_400),
      commonName: 'slack:T0000LOCAL:U0000ADA0',
    }),
  }),
  ...createMessageSamples('Kubeconfig', 'ephemeral', {
    'where it went': renderKubeconfigSent('demo'),
    'none yet': renderKubeconfigUnavailable('demo', 'provisioning'),
    revoked: renderRevocation('demo', grace, { revoked: [grant], isEnforced: true }),
    'revoked while the API is away': renderRevocation('demo', grace, { revoked: [grant], isEnforced: false }),
    'nothing to revoke': renderRevocation('demo', grace, { revoked: [], isEnforced: true }),
  }),
  ...createMessageSamples('Audit', 'ephemeral', {
    'what happened': renderAuditTrail('demo', auditEntries),
    'with a kubeconfig that works': renderAuditTrail('demo', auditEntries, [grant], 'revoke.confirm'),
    'nothing yet': renderAuditTrail('demo', []),
    'where the file went': renderAuditSent('demo'),
  }),
  ...createMessageSamples('Audit', 'message', {
    'by direct message, with the file': renderAuditFileComment('demo', auditEntries.length),
  }),
  ...createMessageSamples('The end of a cluster’s time', 'message', {
    soon: renderExpiryReminder('demo', ada, expiringSoon, expiryButtonIds),
    'soon, then deleted': renderExpiryReminder(
      'demo',
      ada,
      { ...expiringSoon, deletesAt: getSampleTime(3_600) },
      expiryButtonIds,
    ),
    over: renderExpiryReminder('demo', ada, { expiresAt: simulationStart, now: getSampleTime(900) }, expiryButtonIds),
    extended: renderExtensionResult('demo', grace, { expiresAt: getSampleTime(30_600) }).message,
    'extended before': renderExtensionResult('demo', grace, { alreadyExtendedTo: getSampleTime(30_600) }).message,
    'nothing to extend': renderExtensionResult('demo', grace, { notFound: true }).message,
  }),
  ...createMessageSamples('Delete', 'ephemeral', {
    asked: renderDeleteConfirmation('demo', 6, deleteButtonIds),
    kept: renderDeleteCancelled('demo'),
    'while the dialog is open': renderDeleteModalOpened('demo'),
  }),
  {
    group: 'Delete',
    name: 'the name typed',
    surface: 'modal',
    message: renderDeleteModal('demo', {
      id: 'delete.confirmName',
      block: 'name',
      value: { cluster: 'demo', channel: 'C0CLUSTER' },
    }),
  },
  ...createMessageSamples('Refused', 'ephemeral', {
    'another channel': renderDenial({ reason: 'channel', allowedChannels: ['C0CLUSTER'] }),
    'may not create': renderDenial({ reason: 'not-a-creator', allowed: [grace, { group: 'S0000OPS0' }] }),
    'may not approve': renderDenial({ reason: 'not-an-approver', allowed: [grace] }),
    'somebody else’s kubeconfig': renderDenial({ reason: 'not-yours', allowed: [ada] }),
    'own request': renderDenial({ reason: 'own-request', allowed: [ada, grace] }),
    'too many at once': renderDenial({ reason: 'too-many', deletionCount: 12, limit: 10 }),
    'a group that can’t be read': renderDenial({ reason: 'unreadable', group: 'S0000OPS0' }),
    busy: renderStartResult('demo', { activeRun }, md``),
    'other values': renderStartResult('demo', { differences }, md``),
    'nothing to do': renderStartResult('demo', { unchanged: demoStatus.record }, md``),
    'taken up': renderStartResult('demo', { run: 'r1' }, md`Building *demo*. The message below shows how far it is`),
    unknown: renderUnknownCluster('demp'),
    'not understood': renderInvalidArguments(
      ['there is no `--worker`; did you mean `--workers`?'],
      ['/kthw create demo'],
      '/kthw help create',
    ),
    'went wrong': renderUnexpectedError('That'),
    'nothing to send': renderNothingToSubmit(),
    'no direct message': renderDmUnavailable(),
    'store away': renderStoreUnavailable(),
  }),
];
