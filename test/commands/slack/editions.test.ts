import { afterEach, describe, expect, test } from 'vitest';
import { readEdition } from '../../../local/slack/read-edition.ts';
import type { Edition } from '../../../local/slack/slack-emulator-options.ts';
import { allowAllPolicy, type Policy } from '../../../src/commands/authorization/policy.ts';
import { block, buildMessage } from '../../../src/commands/messages/blocks.ts';
import { md } from '../../../src/commands/messages/markdown.ts';
import { type SlackFixture, startSlackFixture } from '../../fixtures/slack.ts';

type Person = { readonly team: string; readonly user: string };
interface Scene {
  readonly slack: SlackFixture;
  /** Handle of the person. */
  readonly name: string;
  readonly channel: string;
}
/** Requests a cluster, or reads what the person sees instead. */
type Surface = (scene: Scene) => Promise<unknown>;

const open: SlackFixture[] = [];
afterEach(async () => {
  for (const slack of open.splice(0)) await slack.close();
});

/** Posts a public button of the bot, which everybody in the channel can click. */
async function postButton({ slack, channel }: Scene, id: string, value: object): Promise<string> {
  const message = buildMessage(md`button`, block.actions(block.button(id, 'Click', value)));
  return (await slack.chat.postMessage(channel, message)).ts;
}

/** Submits the form that the person has open, or returns without one that can be submitted. */
async function submitForm({ slack, name, channel }: Scene, cluster: string): Promise<void> {
  const view = await slack.slackClient.waitFor(async () => {
    const views = await slack.slackClient.listViews(name);
    // Loading ends with the form or with a denial.
    return views.find((one) => one.submit === undefined || !JSON.stringify(one.blocks).includes('Loading'));
  });
  const hasSelect = JSON.stringify(view.blocks).includes('"block_id":"channel"');
  // The denial replaces the form right after it opened, so a denied person may still submit it.
  await slack.slackClient
    .actAs(name)
    .submitView(view.id, { name: cluster, ...(hasSelect ? { channel } : {}) })
    .catch(() => undefined);
}

const surfaces: Readonly<Record<string, Surface>> = {
  command: ({ slack, name, channel }) => slack.slackClient.actAs(name).sendCommand(channel, '/kthw create by-command'),
  mention: ({ slack, name, channel }) => slack.slackClient.actAs(name).sendMessage(channel, '@kthw create by-mention'),
  button: async (scene) => {
    const ts = await postButton(scene, 'create.retry', { name: 'by-button' });
    await scene.slack.slackClient.actAs(scene.name).clickInMessage(scene.channel, ts, 'create.retry');
  },
  modal: async (scene) => {
    const ts = await postButton(scene, 'create.openForm', {});
    await scene.slack.slackClient.actAs(scene.name).clickInMessage(scene.channel, ts, 'create.openForm');
    if (scene.name !== 'hedy') await submitForm(scene, 'by-modal');
  },
  Home: async (scene) => {
    const { slackClient } = scene.slack;
    const ada = slackClient.actAs(scene.name);
    await ada.openHome();
    const home = await slackClient.waitFor(() => slackClient.getHomeView(scene.name), { description: 'a Home tab' });
    if (!JSON.stringify(home).includes('home.create')) return;
    await ada.clickInView(home.id, 'home.create');
    await submitForm(scene, 'by-home');
  },
};

test('the edition comes from the environment', () => {
  expect(readEdition({})).toBe('plain');
  expect(readEdition({ KTHW_SLACK_EDITION: 'grid' })).toBe('grid');
  expect(() => readEdition({ KTHW_SLACK_EDITION: 'Grid' })).toThrow('must be one of plain, grid, connect, guest');
});

async function startScene(edition: Edition, name: string, channel: string, policy: Partial<Policy>): Promise<Scene> {
  const slack = await startSlackFixture({ edition, policy: { ...allowAllPolicy, channels: [channel], ...policy } });
  open.push(slack);
  return { slack, name, channel };
}

const local = 'T0000LOCAL';
const lists = {
  guests: [
    { team: local, user: 'U0BARBARA' },
    { team: local, user: 'U0KATHERI' },
  ],
};
const partners = { sharedChannels: ['C0PARTNER'] };
/** Edition, person, channel, canonical id and the policy that lets the person in. */
const allowed: readonly (readonly [Edition, string, string, Person, Partial<Policy>])[] = [
  ['plain', 'ada', 'C0CLUSTER', { team: local, user: 'U0000ADA0' }, {}],
  ['grid', 'ada', 'C0CLUSTER', { team: 'E0000LOCAL', user: 'U0000ADA0' }, {}],
  ['connect', 'ada', 'C0PARTNER', { team: local, user: 'U0000ADA0' }, partners],
  [
    'connect',
    'hedy',
    'C0PARTNER',
    { team: 'T000OTHER', user: 'U0000HEDY' },
    { ...partners, foreignTeams: ['T000OTHER'] },
  ],
  ['guest', 'barbara', 'C0CLUSTER', { team: local, user: 'U0BARBARA' }, lists],
  ['guest', 'katherine', 'C0CLUSTER', { team: local, user: 'U0KATHERI' }, lists],
];

describe.each(allowed)('in the edition %s, %s of %s', (edition, name, channel, person, policy) => {
  // The emulator gives a person of another organization neither commands nor a Home tab that belongs to them.
  const isForeign = name === 'hedy';
  const own = Object.keys(surfaces).filter((surface) => !isForeign || ['mention', 'button'].includes(surface));

  test.each(own)('has the canonical id by %s', async (surface) => {
    const scene = await startScene(edition, name, channel, { ...policy, creators: [person] });
    await surfaces[surface]?.(scene);
    const [run] = await scene.slack.slackClient.waitFor(
      async () => {
        const runs = await scene.slack.store.list('run');
        return runs.length > 0 && runs;
      },
      { description: `a run by ${surface}` },
    );
    expect(run?.value).toMatchObject({ requestedBy: person, channel });
  });
});

/** Edition, person, channel, and the denial without a policy that lists the person or the channel. */
const denied: readonly (readonly [Edition, string, string, Partial<Policy>, RegExp])[] = [
  ['connect', 'ada', 'C0PARTNER', {}, /shared-channel/],
  ['connect', 'hedy', 'C0PARTNER', {}, /shared-channel|unknown-audience/],
  ['connect', 'hedy', 'C0PARTNER', partners, /foreign-team|unknown-audience/],
  ['guest', 'barbara', 'C0CLUSTER', {}, /guest/],
  ['guest', 'katherine', 'C0CLUSTER', {}, /guest/],
];

describe.each(denied)('in the edition %s, %s of %s with %j', (edition, name, channel, policy, reason) => {
  test.each(Object.keys(surfaces))('starts nothing by %s', async (surface) => {
    const scene = await startScene(edition, name, channel, policy);
    await surfaces[surface]?.(scene);
    await scene.slack.done();
    expect(await scene.slack.store.list('run')).toEqual([]);
    const reasons = scene.slack.logged.flatMap((entry) =>
      entry.message === 'request denied' ? String(entry.reason) : [],
    );
    for (const one of reasons) expect(one).toMatch(reason);
    if (surface === 'button' && name !== 'hedy') expect(reasons).toHaveLength(1);
  });

  test('sees no clusters on the Home tab', async () => {
    const scene = await startScene(edition, name, channel, policy);
    await scene.slack.slackClient.actAs(name).openHome();
    const home = await scene.slack.slackClient.waitFor(() => scene.slack.slackClient.getHomeView(name));
    expect(JSON.stringify(home)).toContain('🚫');
  });
});
