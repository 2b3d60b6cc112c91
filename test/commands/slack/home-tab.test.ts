import { afterEach, describe, expect, test } from 'vitest';
import type { View } from '../../../local/slack/model/view.ts';
import { allowAllPolicy, type Policy } from '../../../src/commands/authorization/policy.ts';
import type { EngineEvent } from '../../../src/store/events.ts';
import { type Store, StoreUnavailable } from '../../../src/store/store.ts';
import { buildSpec } from '../../fixtures/run.ts';
import { type SlackFixture, type SlackFixtureOptions, startSlackFixture } from '../../fixtures/slack.ts';

const open: SlackFixture[] = [];
const team = 'T0000LOCAL';
const [ada, grace] = ['U0000ADA0', 'U000GRACE'].map((user) => ({ team, user })) as [Person, Person];
type Person = { readonly team: string; readonly user: string };
const clusters = 'C0CLUSTER';

async function started(policy: Partial<Policy> = {}, options: SlackFixtureOptions = {}): Promise<SlackFixture> {
  const slack = await startSlackFixture({ ...options, policy: { ...allowAllPolicy, ...policy } });
  open.push(slack);
  return slack;
}

afterEach(async () => {
  for (const slack of open.splice(0)) await slack.close();
});

/** The Home tab that somebody opens, once it says something. */
async function opened(slack: SlackFixture, person = 'ada', words = 'Kubernetes'): Promise<View> {
  await slack.slackClient.actAs(person).openHome();
  return await showing(slack, words, person);
}

async function showing({ slackClient }: SlackFixture, words: string, person = 'ada'): Promise<View> {
  return await slackClient.waitFor(
    async () => {
      const view = await slackClient.getHomeView(person);
      return view && JSON.stringify(view.blocks).includes(words) ? view : undefined;
    },
    { description: `"${words}" on ${person}'s Home tab`, deadlineMs: 25_000 },
  );
}

/** What is asked for by name, as if it had been asked for in #clusters. */
async function made(
  { clusterService, store }: SlackFixture,
  name: string,
  state: 'provisioning' | 'ready' = 'provisioning',
): Promise<string> {
  const answer = await clusterService.createCluster({ spec: buildSpec({ name }), requester: ada, channel: clusters });
  if (!('run' in answer)) throw new Error('the cluster is held');
  const found = await store.read('cluster', name);
  if (state === 'ready' && found) {
    const { activeRun: _, ...rest } = found.value;
    await store.write('cluster', name, { ...rest, settledState: state }, found.version);
    // Were it to have succeeded, its end would send a kubeconfig too.
    await store.append(answer.run, [{ type: 'run.finished', outcome: 'cancelled' }]);
  }
  return answer.run;
}

function question(): EngineEvent {
  const expiresAt = new Date(Date.now() + 180_000).toISOString();
  return { type: 'approval.requested', digest: 'd1', deletions: ['instance demo-controller-0'], expiresAt };
}

function buttonsOf(view: View, value = ''): string[] {
  const json = view.blocks.flatMap(({ elements }) => (elements ?? []) as { action_id?: string; value?: string }[]);
  return json.flatMap((one) => (one.action_id && one.value?.includes(value) ? one.action_id : []));
}

function carriedBy(view: View, id: string, of = ''): string {
  const elements = view.blocks.flatMap((one) => (one.elements ?? []) as { action_id?: string; value?: string }[]);
  return elements.find(({ action_id, value }) => action_id === id && value?.includes(of))?.value ?? '';
}

describe('the Home tab', () => {
  test('introduces kthw and creates a cluster in the selected channel', async () => {
    const slack = await started();
    const view = await opened(slack);
    expect(JSON.stringify(view.blocks)).toContain('post progress in a thread');
    expect(buttonsOf(view)).toEqual(['home.create']);
    const grace = slack.slackClient.actAs('grace');
    await opened(slack, 'grace');
    await grace.clickInView((await showing(slack, 'Create', 'grace')).id, 'home.create');
    const form = await slack.slackClient.waitFor(async () => (await slack.slackClient.listViews('grace'))[0]);
    expect(form.blocks.find(({ block_id }) => block_id === 'channel')).toMatchObject({
      element: { type: 'conversations_select' },
    });
    expect(await grace.submitView(form.id, { name: 'demo' })).toMatchObject({ ok: false });
    await grace.submitView(form.id, { name: 'demo', channel: clusters });
    const { value } = await slack.slackClient.waitFor(async () => (await slack.store.list('run'))[0]);
    expect(value).toMatchObject({ channel: clusters, requestedBy: { team, user: 'U000GRACE' }, operation: 'create' });
    await slack.slackClient.waitFor(async () =>
      (await grace.listMessages('clusters')).some(
        ({ text, is_ephemeral }) => is_ephemeral && text.startsWith('Creating'),
      ),
    );
    const summary = await slack.slackClient.waitFor(async () =>
      (await grace.listMessages('clusters')).find(({ metadata }) => metadata?.event_type === 'kthw_run'),
    );
    expect(summary.text).toContain('demo');
    // It was opened a moment ago, so that it follows what goes on.
    await showing(slack, '*demo* · creating', 'grace');
  });

  test('has a channel select only if several channels are enabled', async () => {
    const slack = await started({ channels: [clusters, 'C0GENERAL'] });
    const ada = slack.slackClient.actAs('ada');
    await ada.clickInView((await opened(slack)).id, 'home.create');
    const form = await slack.slackClient.waitFor(async () => (await slack.slackClient.listViews('ada'))[0]);
    const { element } = form.blocks.find(({ block_id }) => block_id === 'channel') as unknown as {
      element: { options: { value: string; text: object }[] };
    };
    expect(element.options.map(({ value }) => value)).toEqual([clusters, 'C0GENERAL']);
    const other = await started({ channels: [clusters] });
    await other.slackClient.actAs('ada').clickInView((await opened(other)).id, 'home.create');
    const { id } = await other.slackClient.waitFor(async () => (await other.slackClient.listViews('ada'))[0]);
    await other.slackClient.actAs('ada').submitView(id, { name: 'demo' });
    const { value } = await other.slackClient.waitFor(async () => (await other.store.list('run'))[0]);
    expect(value.channel).toBe(clusters);
  });

  test('shows each cluster with progress and actions', async () => {
    const slack = await started();
    await made(slack, 'demo', 'ready');
    await made(slack, 'other');
    const view = await opened(slack, 'ada', '2 clusters');
    const json = JSON.stringify(view.blocks);
    expect(json).toMatch(/\*other\* · creating.*0 of 2 phases.*so far.*\*demo\* · ready/);
    expect(buttonsOf(view, '"demo"')).toEqual(['home.status', 'home.kubeconfig', 'home.delete']);
    expect(buttonsOf(view, '"other"')).toEqual(['home.status', 'home.delete']);
  });

  test('sends a kubeconfig by DM and confirms it', async () => {
    const slack = await started();
    await made(slack, 'demo', 'ready');
    const view = await opened(slack, 'ada', '1 cluster');
    await slack.slackClient.actAs('ada').clickInView(view.id, 'home.kubeconfig', carriedBy(view, 'home.kubeconfig'));
    await showing(slack, 'in a DM');
    const [file] = (await slack.slackClient.actAs('ada').listDmMessages()).flatMap(({ files = [] }) => files);
    expect(String(await slack.slackClient.downloadFile('ada', file?.id ?? ''))).toBe('kind: Config');
    expect(JSON.stringify(await slack.slackClient.getHomeView('ada'))).not.toContain('kind: Config');
  });

  test('shows the status in a modal, with working buttons', async () => {
    const slack = await started();
    await made(slack, 'demo', 'ready');
    const view = await opened(slack, 'ada', '1 cluster');
    const ada = slack.slackClient.actAs('ada');
    await ada.clickInView(view.id, 'home.status', carriedBy(view, 'home.status'));
    const inModal = (words: string) =>
      slack.slackClient.waitFor(async () =>
        (await slack.slackClient.listViews('ada')).find(({ blocks }) => JSON.stringify(blocks).includes(words)),
      );
    const { id } = await inModal('demo · ready');
    await ada.clickInView(id, 'audit.show');
    expect((await inModal('audit log, newest last')).id).toBe(id);
  });

  test("deletes after the name is entered, with progress in the cluster's channel", async () => {
    const slack = await started();
    await made(slack, 'demo', 'ready');
    const view = await opened(slack, 'grace', '1 cluster');
    const grace = slack.slackClient.actAs('grace');
    await grace.clickInView(view.id, 'home.delete', carriedBy(view, 'home.delete'));
    const { id } = await slack.slackClient.waitFor(async () => (await slack.slackClient.listViews('grace'))[0]);
    expect(await grace.submitView(id, { input: 'dem' })).toMatchObject({ ok: false });
    await grace.submitView(id, { input: 'demo' });
    await slack.slackClient.waitFor(async () => (await slack.store.list('run')).length === 2);
    const runs = (await slack.store.list('run')).map(({ value }) => [value.operation, value.channel]);
    expect(runs).toContainEqual(['delete', clusters]);
    await showing(slack, '*demo* · deleting', 'grace');
  });
});

describe('a pending approval', () => {
  test('can be decided on the Home tab', async () => {
    const slack = await started();
    const run = await made(slack, 'demo');
    await slack.store.append(run, [question()]);
    const view = await opened(slack, 'grace', 'instance demo-controller-0');
    expect(buttonsOf(view)).toEqual([
      'home.create',
      'approval.approve',
      'approval.reject',
      'home.status',
      'home.delete',
    ]);
    await slack.slackClient
      .actAs('grace')
      .clickInView(view.id, 'approval.approve', carriedBy(view, 'approval.approve'));
    expect(buttonsOf(await showing(slack, 'Approved; starting now', 'grace'))).not.toContain('approval.approve');
    const events = (await slack.store.readEvents(run)).map(({ event }) => event);
    expect(events).toContainEqual({ type: 'approval.granted', digest: 'd1', actor: grace });
  });

  test('has buttons for approvers only', async () => {
    const slack = await started({ approvers: [grace] });
    await slack.store.append(await made(slack, 'demo'), [question()]);
    expect(buttonsOf(await opened(slack, 'grace', '1 cluster'))).toContain('approval.approve');
    const adas = await opened(slack, 'ada', '1 cluster');
    expect(buttonsOf(adas)).not.toContain('approval.approve');
    expect(JSON.stringify(adas.blocks)).toContain('awaiting approval');
  });
});

describe('access to the Home tab', () => {
  test('requires membership of an enabled channel', async () => {
    const slack = await started({ channels: ['C000VAULT'] });
    await made(slack, 'demo');
    await slack.slackClient.actAs('ada').invite('vault', 'kthw');
    await opened(slack, 'ada', '1 cluster');
    const linus = await opened(slack, 'linus', 'to see clusters here');
    expect(JSON.stringify(linus)).not.toContain('demo');
    expect(buttonsOf(linus)).toEqual([]);
  });

  test('is denied while channel members are unreadable', async () => {
    const slack = await started({ channels: [clusters] });
    await slack.slackClient.injectFaults({ method: 'conversations.members', error: 'missing_scope' });
    await made(slack, 'demo');
    expect(JSON.stringify(await opened(slack, 'ada', 'clusters are hidden'))).not.toContain('demo');
    await opened(slack, 'ada', '1 cluster');
  });

  test('users without create permission have no create button and are denied', async () => {
    const slack = await started({ creators: [grace] });
    await made(slack, 'demo', 'ready');
    const view = await opened(slack, 'ada', '1 cluster');
    expect(buttonsOf(view)).not.toContain('home.create');
    await slack.slackClient.actAs('ada').clickInView(view.id, 'home.kubeconfig', carriedBy(view, 'home.kubeconfig'));
    await showing(slack, 'get a kubeconfig with role');
    expect(await slack.slackClient.actAs('ada').listDmMessages()).toEqual([]);
  });
});

test('the later of two concurrent publishes wins', async () => {
  const slack = await started();
  await opened(slack);
  await made(slack, 'demo');
  await slack.slackClient.injectFaults({ method: 'views.publish', error: 'hash_conflict' });
  await opened(slack, 'ada', '1 cluster');
});

test('reports an unavailable store', async () => {
  let away = false;
  const slack = await started(
    {},
    {
      wrapStore: (store): Store =>
        new Proxy(store, {
          get: (target, name: keyof Store) =>
            name === 'listActiveClusters' && away
              ? () => Promise.reject(new StoreUnavailable('no answer'))
              : (target[name] as (...args: unknown[]) => unknown).bind(target),
        }),
    },
  );
  await opened(slack);
  away = true;
  await opened(slack, 'ada', 'Database unavailable');
  away = false;
  await opened(slack, 'ada', 'post progress');
});
