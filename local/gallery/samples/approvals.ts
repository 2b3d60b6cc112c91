import { everybody, type Policy } from '../../../src/commands/authorization/policy.ts';
import { question, waiting } from '../../../src/commands/messages/approval-request.ts';
import { decided } from '../../../src/commands/messages/decision.ts';
import { status } from '../../../src/commands/messages/status.ts';
import type { Fate, Question } from '../../../src/commands/notifier/approval-status.ts';
import type { Decision } from '../../../src/engine/service/cluster-service-types.ts';
import { ada, cluster, grace, later } from './fixtures.ts';
import { runs } from './runs.ts';
import { messages, type Sample } from './sample.ts';

const ids = { yes: 'approval.yes', no: 'approval.no' };
const { view } = runs.waiting;
const asked: Question = {
  seq: 3,
  digest: 'd1',
  destroys: [
    'load balancer’s rule demo',
    ...[0, 1, 2].map((n) => `machine demo-controller-${n} (f1-micro, 10.240.0.1${n})`),
  ],
  expiresAt: later(1_800),
};
const named: Policy = { ...everybody, approvers: [grace, { group: 'S0000OPS0' }] };
const answer = { by: grace, at: later(60) };

const fates: Readonly<Record<string, Fate>> = {
  asked: { is: 'open' },
  'given, and under way': { is: 'approved', answer },
  'given, and done': { is: 'ended', answer, end: { as: 'succeeded', at: later(400) } },
  'given, and failed': { is: 'ended', answer, end: { as: 'failed', at: later(400) } },
  'given, and stopped': { is: 'ended', answer, end: { as: 'cancelled', at: later(400) } },
  rejected: { is: 'refused', answer },
  'asked anew': { is: 'superseded' },
  'asked anew after a yes': { is: 'superseded', answer },
  expired: { is: 'expired' },
  'the run was stopped': { is: 'over', stoppedBy: ada },
  'the run ended': { is: 'over' },
};

const decisions: Readonly<Record<string, Decision>> = {
  'yes counts': { decided: 'given' },
  'no counts': { decided: 'refused' },
  'approved before': { already: 'given', by: grace, at: later(60) },
  'refused before': { already: 'refused', by: grace, at: later(60) },
  'too late': { dead: 'expired' },
  'things have changed': { dead: 'superseded' },
  'the run is over': { dead: 'over' },
  'never asked': { dead: 'unknown' },
};

const operations = ['rebuild', 'scale', 'resize', 'create'] as const;

/** What a run asks before it takes something away, and what comes of it. */
export const questionSamples: readonly Sample[] = [
  ...messages('Approval', 'message', {
    ...Object.fromEntries(
      Object.entries(fates).map(([name, fate]) => [name, question(view, asked, fate, everybody, ids)]),
    ),
    ...Object.fromEntries(
      operations.map((operation) => [
        `asked before: ${operation}`,
        question({ ...view, operation }, asked, { is: 'open' }, named, ids),
      ]),
    ),
  }),
  ...messages(
    'What came of a press',
    'ephemeral',
    Object.fromEntries(Object.entries(decisions).map(([name, one]) => [name, decided(one, 'demo').shown])),
  ),
  ...messages('What came of a press', 'ephemeral', {
    'on nothing known': decided({ dead: 'unknown' }, undefined).shown,
  }),
  ...messages('Status', 'ephemeral', {
    'waits for a yes': status(
      { name: 'demo', record: cluster({ state: 'failed' }), latest: view },
      waiting({ run: 'r1', cluster: 'demo', operation: 'rebuild', askedBy: ada, ...asked }, named, ids),
    ),
  }),
];
