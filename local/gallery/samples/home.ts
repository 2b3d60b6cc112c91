import { everybody } from '../../../src/commands/authorization/policy.ts';
import { storeAway } from '../../../src/commands/messages/command-replies.ts';
import { notAllowed } from '../../../src/commands/messages/denial.ts';
import { type HomeShown, home, homeElsewhere, homeSaying } from '../../../src/commands/messages/home-tab.ts';
import { kubeconfigSent } from '../../../src/commands/messages/kubeconfig.ts';
import { lookingModal, replyModal } from '../../../src/commands/messages/reply-modal.ts';
import { status } from '../../../src/commands/messages/status.ts';
import { ada, channel, cluster, grace, later, spec } from './fixtures.ts';
import { runs } from './runs.ts';
import type { Sample } from './sample.ts';

const answers = { yes: 'approval.yes', no: 'approval.no' };
const facts = { 'public-address': '203.0.113.7' };
const ready = { name: 'demo', record: cluster({ state: 'ready', facts }), latest: runs.ready.view };
const waits = runs.waiting.view;
const clusters = [
  ready,
  {
    name: 'scratch',
    record: cluster({ spec: { ...spec, name: 'scratch', controllers: 1 }, state: 'failed', by: grace }),
  },
  {
    name: 'staging',
    record: cluster({ spec: { ...spec, name: 'staging', workers: 5 }, endsAt: later(28_800).toISOString() }),
    latest: { ...runs.building.view, cluster: 'staging', run: 'r2' },
  },
];
const asked = {
  run: waits.run,
  cluster: 'demo',
  operation: 'rebuild',
  digest: 'd1',
  destroys: ['load balancer’s rule demo', ...[0, 1, 2].map((n) => `machine demo-controller-${n} (f1-micro)`)],
  askedBy: ada,
  expiresAt: later(1_800),
};
const shown: HomeShown = { clusters, asked: [], asksYou: [], mayCreate: true, policy: everybody, now: later(75) };
const waiting = [{ ...ready, latest: waits }, ...clusters.slice(1)];
const many = Array.from({ length: 120 }, (_, n) => ({ ...ready, name: `demo-${String(n).padStart(3, '0')}` }));

function tab(name: string, change: Partial<HomeShown>): Sample {
  return { group: 'Home', name, surface: 'home', message: home({ ...shown, ...change }, answers) };
}

/** The Home tab in each of its states, and what its buttons open. */
export const homeSamples: readonly Sample[] = [
  tab('the first time', { clusters: [] }),
  tab('the first time, for who may not create', { clusters: [], mayCreate: false }),
  tab('clusters', {}),
  tab('for who may not create', { mayCreate: false }),
  tab('something waits for you', { clusters: waiting, asked: [asked], asksYou: [asked] }),
  tab('something waits for somebody else', { clusters: waiting, asked: [asked] }),
  tab('more than five wait for you', { asksYou: Array.from({ length: 7 }, (_, n) => ({ ...asked, run: `r${n}` })) }),
  tab('after Kubeconfig', { notice: kubeconfigSent('demo') }),
  tab('after something that is not allowed', { notice: notAllowed({ why: 'not-a-creator', may: [grace] }) }),
  tab('more clusters than it holds', { clusters: many }),
  { group: 'Home', name: 'for somebody of elsewhere', surface: 'home', message: homeElsewhere([channel], false) },
  {
    group: 'Home',
    name: 'where nobody can say who is there',
    surface: 'home',
    message: homeElsewhere([channel], true),
  },
  { group: 'Home', name: 'while the store is away', surface: 'home', message: homeSaying(storeAway()) },
  { group: 'Home', name: 'Status, at once', surface: 'modal', message: lookingModal('demo', channel) },
  { group: 'Home', name: 'Status', surface: 'modal', message: replyModal('demo', status(ready), channel) },
];
