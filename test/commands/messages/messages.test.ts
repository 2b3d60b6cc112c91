import { describe, expect, test } from 'vitest';
import type { Message } from '../../../src/commands/command.ts';
import { confirmDelete } from '../../../src/commands/messages/confirm.ts';
import { details, overview } from '../../../src/commands/messages/help.ts';
import { kubeconfigNote } from '../../../src/commands/messages/kubeconfig.ts';
import { ended, phaseDone, saidLines } from '../../../src/commands/messages/progress.ts';
import { answered, notUnderstood } from '../../../src/commands/messages/refusals.ts';
import { clusterList, status } from '../../../src/commands/messages/status.ts';
import { summary } from '../../../src/commands/messages/summary.ts';
import { conflictCard, failureCard, postponedCard, retryCard } from '../../../src/commands/messages/trouble.ts';
import { commands } from '../../../src/commands/router.ts';
import { aFault, aSpec, asker, defaults } from '../a-run.ts';
import { aPhaseView, aStatus, aView, later, noon } from './a-view.ts';
import { readable } from './readable.ts';
import { expectWithinLimits } from './within-limits.ts';

const failedView = aView({ over: 'failed', finishedAt: later(90), troubles: [{ step: 'network/a', fault: aFault() }] });
const readyView = aView({ over: 'succeeded', finishedAt: later(605), facts: { 'public-address': '203.0.113.7' } });
const fields = [
  { field: 'range', wanted: '10.240.0.0/24', found: '10.0.0.0/24' },
  { field: 'network', wanted: 'demo', found: '' },
];
const ids = { yes: 'x.yes', no: 'x.no' };
const held = { heldBy: { run: 'r0', operation: 'delete', by: { team: 'T1', user: 'U2' }, since: noon } };

/** Every message that people can meet, each in an ordinary case. */
const all: Readonly<Record<string, Message>> = {
  'summary going on': summary(aView()),
  'summary stopping': summary(aView({ cancelAsked: true })),
  'summary failed': summary(failedView),
  'summary ready': summary(readyView),
  'summary elsewhere': summary(aView(), 'that channel is archived'),
  'phase done': phaseDone(
    aView(),
    'network',
    new Map([
      ['network/a', 'applied'],
      ['network/b', 'adopted'],
    ]),
  ),
  said: saidLines(aView(), [{ step: 'etcd/a', line: 'member 1 of 3 has joined' }]),
  failure: failureCard(
    failedView,
    'network/a',
    aFault({ detail: "Quota 'CPUS' exceeded. Limit: 8.0 in region us-west1." }),
  ),
  retry: retryCard(
    aView(),
    'etcd/a',
    aFault({ code: 'cloud-unavailable', kind: 'transient', next: 'nothing: it is tried again' }),
    5,
    later(20),
  ),
  conflict: conflictCard(aView(), 'network/a', fields),
  postponed: postponedCard(aView(), 'etcd/a', aFault({ kind: 'postponed' })),
  'ended failed': ended(failedView),
  'ended ready': ended(readyView, {}),
  'ended ready without a file': ended(readyView, { failed: 'Slack says missing_scope' }),
  'ended cancelled': ended(aView({ over: 'cancelled', finishedAt: later(90) })),
  'summary waiting': summary(aView({ operation: 'rebuild' }), undefined, true),
  'summary rebuilt': summary(aView({ operation: 'rebuild', over: 'succeeded', finishedAt: later(605) })),
  'summary scaled': summary(aView({ operation: 'scale', over: 'succeeded', finishedAt: later(605) })),
  'ended deleted': ended(aView({ operation: 'delete', over: 'succeeded', finishedAt: later(90) })),
  status: status(aStatus()),
  'status ready': status(aStatus({ state: 'ready', facts: { 'public-address': '203.0.113.7' } }, readyView)),
  'status with an end': status(aStatus({ state: 'ready', endsAt: later(28_800).toISOString() }, readyView)),
  'status without a run': status(aStatus({ state: 'failed' }, 'none')),
  list: clusterList([aStatus(), aStatus({ spec: aSpec({ name: 'other', workers: 0 }), state: 'ready' }, 'none')]),
  'list of none': clusterList([]),
  help: overview(commands),
  ...Object.fromEntries(commands.map((one) => [`help ${one.name}`, details(one, defaults())])),
  kubeconfig: kubeconfigNote('demo', { endsAt: later(86_400), commonName: 'slack:T1:U1' }),
  'held by': answered('demo', held, { markdown: '' }),
  differs: answered('demo', { differs: fields }, { markdown: '' }),
  unchanged: answered('demo', { unchanged: aStatus({ state: 'ready' }).record }, { markdown: '' }),
  unknown: answered('demo', { unknown: true }, { markdown: '' }),
  'not understood': notUnderstood(
    ['there is no `--worker`; did you mean `--workers`?'],
    ['/kthw create demo'],
    '/kthw help create',
  ),
  'confirm delete': confirmDelete('demo', 6, ids),
};

describe('every message', () => {
  test.each(Object.entries(all))('%s reads as it did', (_, message) => {
    expect(readable(message)).toMatchSnapshot();
  });

  test.each(Object.entries(all))('%s is within Slack’s limits and has a text of its own', (_, message) => {
    expectWithinLimits(message);
  });
});

describe('text from outside', () => {
  const nasty = '<!channel> & <https://evil|click> `*bold*` ```';
  const huge = `${'<&>'.repeat(2_000)} ${'word '.repeat(2_000)}`;
  const messages = (text: string): Message[] => {
    const fault = aFault({ message: text, next: text, detail: text });
    const view = aView({
      phases: Array.from({ length: 60 }, (_, i) =>
        aPhaseView({ name: `p${i}`, title: `${i} ${text}`, note: text, state: 'retrying', startedAt: noon }),
      ),
      steps: { 'network/a': { title: text, phase: 'p0' } },
      troubles: [{ step: 'network/a', fault }],
      over: 'failed',
    });
    const many = Array.from({ length: 200 }, () => ({ field: text, wanted: text, found: text }));
    return [
      summary(view, text),
      phaseDone(view, 'p0', new Map([['network/a', 'applied']])),
      saidLines(
        view,
        Array.from({ length: 20 }, () => ({ step: 'network/a', line: text })),
      ),
      failureCard(view, 'network/a', fault),
      retryCard(view, 'network/a', fault, 5, noon),
      conflictCard(view, 'network/a', many),
      postponedCard(view, 'network/a', fault),
      ended(view, { failed: text }),
      status(aStatus({ spec: aSpec({ name: text }) }, view)),
      clusterList(Array.from({ length: 300 }, () => aStatus({ spec: aSpec({ name: text }) }, view))),
      answered(text, { heldBy: { run: text, operation: text, by: asker, since: noon } }, { markdown: 'x' }),
      answered(text, { differs: many }, { markdown: 'x' }),
      notUnderstood([text, text], [text], '/kthw help'),
    ];
  };

  test.each([
    ['markup', nasty],
    ['too long', huge],
    ['long without a blank', '&'.repeat(9_000)],
    ['empty', ''],
  ])('%s stays text and within the limits', (_, text) => {
    for (const message of messages(text)) expectWithinLimits(message);
  });
});
