import { auditNote, auditSent, auditTrail } from '../../../src/commands/messages/audit-trail.ts';
import {
  answered,
  noDirect,
  nothingToSend,
  notUnderstood,
  storeAway,
  unknownCluster,
  wentWrong,
} from '../../../src/commands/messages/command-replies.ts';
import { askForName, confirmDelete, kept, typingTheName } from '../../../src/commands/messages/delete-confirmation.ts';
import { notAllowed } from '../../../src/commands/messages/denial.ts';
import { endsSoon, extended } from '../../../src/commands/messages/expiry-reminder.ts';
import { details, overview } from '../../../src/commands/messages/help.ts';
import { kubeconfigNote, kubeconfigNotYet, kubeconfigSent } from '../../../src/commands/messages/kubeconfig.ts';
import { md } from '../../../src/commands/messages/markdown.ts';
import { revoked } from '../../../src/commands/messages/revocation.ts';
import { clusterList, status } from '../../../src/commands/messages/status.ts';
import { commands } from '../../../src/commands/routing/router.ts';
import { releases } from '../../../src/engine/cluster/releases.ts';
import { phases } from '../../../src/engine/phases/registry.ts';
import { ada, cluster, grace, later, spec } from './fixtures.ts';
import { runs } from './runs.ts';
import { messages, type Sample } from './sample.ts';
import { playedAt } from './simulate-run.ts';

const { name: _, forceSize: __, ...values } = spec;
const defaults = {
  ...values,
  sshRanges: ['0.0.0.0/0'],
  versions: releases.map((one) => one.kubernetes),
  phases: phases.map((one) => one.name),
};
const facts = { 'public-address': '203.0.113.7' };
const held = { run: 'r0', operation: 'delete', by: grace, since: playedAt };
const fields = [
  { field: 'workers', wanted: '5', found: '3' },
  { field: 'machine type', wanted: 'e2-standard-4', found: 'e2-standard-2' },
];
const ends = { extend: 'lifetime.extend', delete: 'delete.yes' };
const ids = { yes: 'delete.yes', no: 'delete.no' };
const soon = { endsAt: later(1_800), now: playedAt };
const trail = [
  { at: playedAt, run: 'r1', by: ada, what: 'asked for rebuild from controllers' },
  { at: later(60), run: 'r1', by: grace, what: 'approved rebuild from controllers' },
  {
    at: later(90),
    run: 'r1',
    what: 'removed machine demo-controller-0',
    durationMs: 30_000,
    outcome: 'succeeded' as const,
  },
  { at: later(700), what: 'was given kubeconfig 3f9a12bc45de as slack:T0000LOCAL:U0000ADA0', by: ada },
];
const grant = {
  id: '3f9a12bc45de',
  to: grace,
  commonName: 'slack:T0000LOCAL:U000GRACE',
  issuedAt: later(700),
  endsAt: later(87_100),
};
const demo = { name: 'demo', record: cluster({ state: 'ready', facts }), latest: runs.ready.view };

/** What people get back for a command, alone. */
export const answerSamples: readonly Sample[] = [
  ...messages('Status', 'ephemeral', {
    building: status({ ...demo, record: cluster(), latest: runs.building.view }),
    ready: status(demo, [], true),
    'ready, wanted until later': status({
      ...demo,
      record: cluster({ state: 'ready', facts, endsAt: later(28_800).toISOString() }),
    }),
    failed: status({ ...demo, record: cluster({ state: 'failed' }), latest: runs.failed.view }),
    cancelled: status({ ...demo, record: cluster({ state: 'cancelled' }), latest: runs.cancelled.view }),
    deleting: status({
      ...demo,
      record: cluster({ state: 'deleting', facts }),
      latest: { ...runs.begun.view, operation: 'delete' },
    }),
    'without a run': status({ name: 'demo', record: cluster({ state: 'failed' }) }),
  }),
  ...messages('List', 'ephemeral', {
    'three clusters': clusterList([
      demo,
      {
        name: 'staging',
        record: cluster({ spec: { ...spec, name: 'staging', workers: 5 } }),
        latest: runs.building.view,
      },
      {
        name: 'scratch',
        record: cluster({ spec: { ...spec, name: 'scratch', controllers: 1 }, state: 'failed', by: grace }),
      },
    ]),
    none: clusterList([]),
  }),
  ...messages('Help', 'ephemeral', {
    'all commands': overview(commands),
    ...Object.fromEntries(commands.map((one) => [one.name, details(one, defaults)])),
  }),
  ...messages('Kubeconfig', 'message', {
    'by direct message, with the file': kubeconfigNote('demo', {
      endsAt: later(86_400),
      commonName: 'slack:T0000LOCAL:U0000ADA0',
    }),
  }),
  ...messages('Kubeconfig', 'ephemeral', {
    'where it went': kubeconfigSent('demo'),
    'none yet': kubeconfigNotYet('demo', 'building'),
    revoked: revoked('demo', grace, { revoked: [grant], reached: true }),
    'revoked while the API is away': revoked('demo', grace, { revoked: [grant], reached: false }),
    'nothing to revoke': revoked('demo', grace, { revoked: [], reached: true }),
  }),
  ...messages('Audit', 'ephemeral', {
    'what happened': auditTrail('demo', trail),
    'with a kubeconfig that works': auditTrail('demo', trail, [grant], 'revoke.yes'),
    'nothing yet': auditTrail('demo', []),
    'where the file went': auditSent('demo'),
  }),
  ...messages('Audit', 'message', { 'by direct message, with the file': auditNote('demo', trail.length) }),
  ...messages('The end of a cluster’s time', 'message', {
    soon: endsSoon('demo', ada, soon, ends),
    'soon, then deleted': endsSoon('demo', ada, { ...soon, deletesAt: later(3_600) }, ends),
    over: endsSoon('demo', ada, { endsAt: playedAt, now: later(900) }, ends),
    extended: extended('demo', grace, { endsAt: later(30_600) }).shown,
    'extended before': extended('demo', grace, { already: later(30_600) }).shown,
    'nothing to extend': extended('demo', grace, { unknown: true }).shown,
  }),
  ...messages('Delete', 'ephemeral', {
    asked: confirmDelete('demo', 6, ids),
    kept: kept('demo'),
    'while the dialog is open': typingTheName('demo'),
  }),
  {
    group: 'Delete',
    name: 'the name typed',
    surface: 'modal',
    message: askForName('demo', {
      id: 'delete.typed',
      block: 'name',
      value: { cluster: 'demo', channel: 'C0CLUSTER' },
    }),
  },
  ...messages('Refused', 'ephemeral', {
    'another channel': notAllowed({ why: 'channel', listens: ['C0CLUSTER'] }),
    'may not create': notAllowed({ why: 'not-a-creator', may: [grace, { group: 'S0000OPS0' }] }),
    'may not approve': notAllowed({ why: 'not-an-approver', may: [grace] }),
    'somebody else’s kubeconfig': notAllowed({ why: 'not-yours', may: [ada] }),
    'own request': notAllowed({ why: 'own-request', may: [ada, grace] }),
    'too many at once': notAllowed({ why: 'too-many', takesAway: 12, most: 10 }),
    'a group that can’t be read': notAllowed({ why: 'unreadable', group: 'S0000OPS0' }),
    busy: answered('demo', { heldBy: held }, md``),
    'other values': answered('demo', { differs: fields }, md``),
    'nothing to do': answered('demo', { unchanged: demo.record }, md``),
    'taken up': answered('demo', { run: 'r1' }, md`Building *demo*. The message below shows how far it is`),
    unknown: unknownCluster('demp'),
    'not understood': notUnderstood(
      ['there is no `--worker`; did you mean `--workers`?'],
      ['/kthw create demo'],
      '/kthw help create',
    ),
    'went wrong': wentWrong('That'),
    'nothing to send': nothingToSend(),
    'no direct message': noDirect(),
    'store away': storeAway(),
  }),
];
