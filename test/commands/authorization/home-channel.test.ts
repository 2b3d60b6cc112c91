import { afterEach, describe, expect, test } from 'vitest';
import { allowAllPolicy, type Policy } from '../../../src/commands/authorization/policy.ts';
import { commandRegistry } from '../../../src/commands/routing/command-registry.ts';
import { readConfig } from '../../../src/config.ts';
import { buildSpec } from '../../fixtures/run.ts';
import { type SlackFixture, sendToBot, startSlackFixture } from '../../fixtures/slack.ts';

const team = 'T0000LOCAL';
const home = 'C0CLUSTER';
const ada = { team, user: 'U0000ADA0' };
const open: SlackFixture[] = [];
afterEach(async () => {
  for (const slack of open.splice(0)) await slack.close();
});

/** With a ready cluster whose home channel is #clusters. */
async function startWithCluster(clusterChannels: Policy['clusterChannels']): Promise<SlackFixture> {
  const policy = { ...allowAllPolicy, channels: ['C0GENERAL', home], clusterChannels };
  const slack = await startSlackFixture({ policy });
  open.push(slack);
  await slack.clusterService.createCluster({ spec: buildSpec(), requester: ada, channel: home });
  const found = await slack.store.read('cluster', 'demo');
  if (!found) throw new Error('no cluster');
  const { activeRun: _, ...record } = found.value;
  await slack.store.write('cluster', 'demo', { ...record, settledState: 'ready' }, found.version);
  return slack;
}

/** Sends a command and returns the texts of the first reply that is new to Ada. */
async function send({ slackClient }: SlackFixture, channel: string, text: string): Promise<string> {
  const listReplies = async () =>
    (await slackClient.listMessages(channel, 'ada')).filter(({ is_ephemeral }) => is_ephemeral);
  const before = (await listReplies()).length;
  await slackClient.actAs('ada').sendCommand(channel, text);
  return await slackClient.waitFor(
    async () => {
      const added = (await listReplies()).slice(before);
      return added.length > 0 ? JSON.stringify(added) : undefined;
    },
    { description: `a reply to "${text}"` },
  );
}

const denialText = `can be used only in <#${home}>`;
/** Every command that names a cluster, with what else it needs. */
const moreArgs: Readonly<Record<string, string>> = {
  scale: ' --workers 1',
  rebuild: ' --from etcd',
  resize: ' --machine-type e2-standard-4',
};
const commands = commandRegistry
  .filter(({ positionals }) => positionals.includes('name'))
  .map(({ name }) => `/kthw ${name} demo${moreArgs[name] ?? ''}`);

test('the commands that name a cluster include those that matter', () => {
  expect(commands.length).toBeGreaterThan(10);
  expect(commands.join()).toMatch(/status.*kubeconfig.*delete/);
});

describe('outside the home channel of a cluster', () => {
  test('every command that names it is denied and changes nothing', async () => {
    const slack = await startWithCluster([]);
    const before = [await slack.store.list('cluster'), await slack.store.list('run')];
    for (const command of commands) expect(await send(slack, 'general', command), command).toContain(denialText);
    expect([await slack.store.list('cluster'), await slack.store.list('run')]).toEqual(before);
    expect(await slack.slackClient.listFiles('ada')).toEqual([]);
  });

  test('the list does not contain it', async () => {
    const slack = await startWithCluster([]);
    expect(await send(slack, 'general', '/kthw list')).not.toContain('demo*');
    expect(await send(slack, 'clusters', '/kthw list')).toContain('demo*');
  });

  test.each([
    ['home.kubeconfig', { cluster: 'demo' }],
    ['create.retry', { name: 'demo' }],
    ['status.show', { cluster: 'demo' }],
    ['audit.show', { cluster: 'demo' }],
    ['resume.run', { cluster: 'demo', run: 'r1' }],
  ])('the button %s is denied', async (id, value) => {
    const slack = await startWithCluster([]);
    const payload = {
      ...{ type: 'block_actions', trigger_id: '1.1.a', response_url: 'http://127.0.0.1:9/gone' },
      team: { id: team, domain: 'local' },
      user: { id: ada.user, username: 'ada', team_id: team },
      channel: { id: 'C0GENERAL', name: 'general' },
      container: { type: 'message', is_ephemeral: false },
      actions: [{ type: 'button', action_id: id, block_id: 'b', value: JSON.stringify(value) }],
    };
    await sendToBot(slack, new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
    await slack.slackClient.waitFor(async () =>
      JSON.stringify(await slack.slackClient.listMessages('general', 'ada')).includes(denialText) ? true : undefined,
    );
    expect(await slack.slackClient.listFiles('ada')).toEqual([]);
  });

  test('it can be used where the policy allows', async () => {
    for (const clusterChannels of ['all', ['C0GENERAL']] as const) {
      const slack = await startWithCluster(clusterChannels);
      expect(await send(slack, 'general', '/kthw list')).toContain('demo*');
      expect(await send(slack, 'general', '/kthw kubeconfig demo')).toContain('in a DM');
    }
  });
});

test('in the home channel, commands are not denied', async () => {
  const slack = await startWithCluster([]);
  expect(await send(slack, 'clusters', '/kthw kubeconfig demo')).toContain('in a DM');
});

test('the name of a deleted cluster is free in every channel', async () => {
  const slack = await startWithCluster([]);
  const found = await slack.store.read('cluster', 'demo');
  if (found) await slack.store.write('cluster', 'demo', { ...found.value, settledState: 'deleted' }, found.version);
  expect(await send(slack, 'general', '/kthw create demo')).not.toContain(denialText);
  expect(await send(slack, 'general', '/kthw audit demo')).toContain('audit log');
});

test.each([
  ['a member of the home channel sees and uses it', [home], true],
  ['a member of another channel does not', ['C0GENERAL'], false],
])('on the Home tab, %s', async (_, memberOf, isVisible) => {
  const slack = await startWithCluster([]);
  const list = slack.chat.listChannelMembers;
  slack.chat.listChannelMembers = async (channel) => (memberOf.includes(channel) ? [ada.user] : []);
  const client = slack.slackClient.actAs('ada');
  await client.openHome();
  const view = await slack.slackClient.waitFor(async () => (await slack.slackClient.getHomeView('ada')) ?? undefined);
  expect(JSON.stringify(view.blocks).includes('*demo*')).toBe(isVisible);
  await client.clickInView(view.id, 'home.kubeconfig', JSON.stringify({ cluster: 'demo' })).catch(() => undefined);
  if (isVisible)
    await slack.slackClient.waitFor(async () => (await slack.slackClient.listFiles('ada')).length === 1 || undefined);
  else expect(await slack.slackClient.listFiles('ada')).toEqual([]);
  slack.chat.listChannelMembers = list;
});

describe('the configuration', () => {
  const base = { SLACK_SIGNING_SECRET: 's', SLACK_BOT_TOKEN: 'xoxb-1', GOOGLE_CLOUD_PROJECT: 'p' };
  const values = { ...base, KTHW_CHANNELS: 'C1,C2', KTHW_CREATORS: 'T1:U1', KTHW_SSH_RANGES: '203.0.113.7' };

  test.each([
    ['all', 'all'],
    ['C1', ['C1']],
    [undefined, undefined],
  ])('reads %s', (value, expected) => {
    expect(readConfig({ ...values, KTHW_CLUSTER_CHANNELS: value }).KTHW_CLUSTER_CHANNELS).toEqual(expected);
  });

  test.each([
    ['', 'must be all, or comma-separated channel ids'],
    ['all,C1', 'must be all, or comma-separated channel ids'],
    ['home', 'must be all, or comma-separated channel ids'],
    ['#ops', 'must be all, or comma-separated channel ids'],
    ['C3', 'must contain only channels of KTHW_CHANNELS'],
  ])('refuses "%s"', (value, problem) => {
    expect(() => readConfig({ ...values, KTHW_CLUSTER_CHANNELS: value })).toThrow(`KTHW_CLUSTER_CHANNELS: ${problem}`);
  });
});
