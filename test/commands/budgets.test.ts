import { afterEach, describe, expect, test } from 'vitest';
import type { Budgets } from '../../src/engine/service/budgets/budgets.ts';
import type { ClusterSpec } from '../../src/store/records.ts';
import { buildSpec, testUser } from '../fixtures/run.ts';
import { type SlackFixture, sendToBot, startSlackFixture } from '../fixtures/slack.ts';

const hourMs = 3_600_000;
const channel = 'C0GENERAL';
const open: SlackFixture[] = [];
afterEach(async () => {
  for (const slack of open.splice(0)) await slack.close();
});

/** One ready cluster `demo` with 3 + 3 instances of 2 vCPUs, created before the budgets. */
async function startWithCluster(budgets: Budgets, change: Partial<ClusterSpec> = {}): Promise<SlackFixture> {
  const slack = await startSlackFixture({ budgets });
  open.push(slack);
  const at = new Date().toISOString();
  await slack.store.write(
    'cluster',
    'demo',
    {
      ...{ spec: buildSpec(change), createdBy: testUser, channel, createdAt: at, runs: [], settledState: 'ready' },
      outputs: {},
      expiresAt: new Date(Date.now() + 8 * hourMs).toISOString(),
    },
    undefined,
  );
  return slack;
}

type Surface = (slack: SlackFixture, command: string, button: readonly [string, object]) => Promise<unknown>;

/** The same request on each surface. */
const surfaces: Readonly<Record<string, Surface>> = {
  command: ({ slackClient }, command) => slackClient.actAs('ada').sendCommand('general', `/kthw ${command}`),
  mention: ({ slackClient }, command) => slackClient.actAs('ada').sendMessage('general', `@kthw ${command}`),
  button: async (slack, _, [id, value]) => {
    const payload = {
      ...{ type: 'block_actions', trigger_id: '1.1.a', response_url: 'http://127.0.0.1:9/gone' },
      ...{ team: { id: 'T0000LOCAL' }, user: { id: 'U0000ADA0', username: 'ada', team_id: 'T0000LOCAL' } },
      ...{ channel: { id: channel, name: 'general' }, container: { type: 'message', is_ephemeral: false } },
      actions: [{ type: 'button', action_id: id, block_id: 'b', value: JSON.stringify(value) }],
    };
    await sendToBot(slack, new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
  },
};

/** A budget, the request that exceeds it as a command and as a button, and the denial. */
const requests: readonly (readonly [string, Budgets, string, readonly [string, object], string])[] = [
  [
    'create',
    { maxClusters: 1 },
    'create other',
    ['create.retry', { name: 'other' }],
    'The limit of 1 cluster is reached',
  ],
  [
    'create',
    { maxVcpus: 23 },
    'create other',
    ['create.retry', { name: 'other' }],
    'All clusters together would have 24 vCPUs; the limit is 23',
  ],
  [
    'create',
    { machineFamilies: ['e2'] },
    'create other --machine-type n2-standard-2',
    ['create.retry', { name: 'other', machineType: 'n2-standard-2' }],
    'The machine type `n2-standard-2` is not allowed; allowed machine series are e2',
  ],
  [
    'create',
    { maxTtlMs: 2 * hourMs },
    'create other --ttl 3h',
    ['create.retry', { name: 'other', ttl: '3h' }],
    'expire later than 2h after its creation',
  ],
  ['create', { requiresTtl: true }, 'create other', ['create.retry', { name: 'other' }], 'needs a lifetime (TTL)'],
  [
    'create',
    { maxTtlMs: 2 * hourMs },
    'create other',
    ['create.retry', { name: 'other' }],
    'needs a lifetime (TTL) of at most 2h',
  ],
  [
    'scale',
    { maxVcpus: 12 },
    'scale demo --workers 4',
    ['scale.confirm', { cluster: 'demo', run: 'r0', workers: '4' }],
    'would have 14 vCPUs; the limit is 12',
  ],
  [
    'resize',
    { maxVcpus: 12 },
    'resize demo --machine-type e2-standard-4',
    ['resize.confirm', { cluster: 'demo', run: 'r0', machineType: 'e2-standard-4' }],
    'would have 24 vCPUs; the limit is 12',
  ],
  [
    'resize',
    { machineFamilies: ['e2'] },
    'resize demo --machine-type n2-standard-2',
    ['resize.confirm', { cluster: 'demo', run: 'r0', machineType: 'n2-standard-2' }],
    'allowed machine series are e2',
  ],
];

describe.each(Object.keys(surfaces))('by %s', (surface) => {
  test.each(requests)('%s is denied with %j', async (_, budgets, command, button, denial) => {
    const slack = await startWithCluster(budgets);
    await surfaces[surface]?.(slack, command, button);
    const reply = await slack.slackClient.waitFor(
      async () => (await slack.slackClient.listMessages('general', 'ada')).find(({ text }) => text.includes(denial)),
      { description: denial },
    );
    expect(reply).toMatchObject({ is_ephemeral: true, text: expect.stringMatching(/^🚫 .*Nothing was changed$/s) });
    expect(await slack.store.list('run')).toEqual([]);
  });
});

test('the form denies like the command', async () => {
  const slack = await startWithCluster({ maxClusters: 1 });
  const ada = slack.slackClient.actAs('ada');
  await ada.sendCommand('general', '/kthw create');
  const [view] = await slack.slackClient.waitFor(async () => {
    const views = await slack.slackClient.listViews('ada');
    return views.length > 0 && views;
  });
  expect(await ada.submitView(view?.id ?? '', { name: 'other' })).toMatchObject({ ok: true });
  await slack.slackClient.waitFor(async () =>
    (await ada.listMessages('general')).find(({ text }) => text.includes('The limit of 1 cluster is reached')),
  );
  expect(await slack.store.list('run')).toEqual([]);
});

describe('the cluster service', () => {
  const spec = buildSpec({ name: 'other' });

  test('counts a run in progress with the size that it leads to', async () => {
    const { clusterService } = await startWithCluster({ maxVcpus: 26 });
    const growth = { workers: 10, requester: testUser, channel };
    expect(await clusterService.scaleCluster('demo', growth)).toHaveProperty('run');
    const result = await clusterService.createCluster({
      spec: { ...spec, workers: 1, controllers: 1 },
      requester: testUser,
      channel,
    });
    expect(result).toEqual({ overBudget: { limit: 'vcpus', max: 26, total: 30 } });
  });

  test('accepts one of two concurrent creates for the last cluster', async () => {
    const { clusterService } = await startWithCluster({ maxClusters: 2 });
    const results = await Promise.all(
      ['b', 'c'].map((name) => clusterService.createCluster({ spec: { ...spec, name }, requester: testUser, channel })),
    );
    expect(results.filter((result) => 'overBudget' in result)).toHaveLength(1);
  });

  test('accepts a smaller cluster, and a repeated create, above the limits', async () => {
    const { clusterService } = await startWithCluster({ maxVcpus: 2, maxClusters: 1, requiresTtl: true });
    const shrink = { workers: 2, requester: testUser, channel };
    expect(await clusterService.createCluster({ spec: buildSpec(), requester: testUser, channel })).toEqual({
      unchanged: 'ready',
    });
    expect(await clusterService.scaleCluster('demo', shrink)).toHaveProperty('run');
  });

  test('limits the TTL from the creation, also with extensions', async () => {
    const { clusterService, store } = await startWithCluster({ maxTtlMs: 20 * hourMs });
    const extend = async () => {
      const expiresAt = (await store.read('cluster', 'demo'))?.value.expiresAt ?? '';
      return await clusterService.extendTtl('demo', new Date(expiresAt), 8, testUser);
    };
    expect(await extend()).toHaveProperty('expiresAt');
    expect(await extend()).toEqual({ overBudget: { limit: 'maxTtl', maxTtlMs: 20 * hourMs } });
  });

  test('applies to a rebuild with another machine type', async () => {
    const { clusterService } = await startWithCluster({ machineFamilies: ['e2'] });
    const request = { fromPhase: 'network', requester: testUser, channel };
    expect(await clusterService.rebuildCluster('demo', { ...request, machineType: 'custom-4-8192' })).toMatchObject({
      overBudget: { limit: 'machineFamilies' },
    });
    expect(await clusterService.rebuildCluster('demo', request)).toHaveProperty('run');
  });
});

test('help and the Home tab show the limits that apply', async () => {
  const budgets = { maxClusters: 5, maxVcpus: 64, machineFamilies: ['e2', 'n2'], maxTtlMs: 48 * hourMs };
  const slack = await startWithCluster(budgets);
  const limits = 'Limits: 5 clusters · 64 vCPUs in all clusters · machine series e2, n2 · lifetime (TTL) of at most 2d';
  const ada = slack.slackClient.actAs('ada');
  await ada.sendCommand('general', '/kthw help');
  await slack.slackClient.waitFor(async () => JSON.stringify(await ada.listMessages('general')).includes(limits));
  await ada.openHome();
  await slack.slackClient.waitFor(async () =>
    JSON.stringify(await slack.slackClient.getHomeView('ada')).includes(limits),
  );
});
