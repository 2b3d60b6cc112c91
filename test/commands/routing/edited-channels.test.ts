import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { samples } from '../../../local/gallery/samples.ts';
import { allowAllPolicy } from '../../../src/commands/authorization/policy.ts';
import type { CommandDeps } from '../../../src/commands/routing/command.ts';
import {
  handleRequest,
  openModal,
  type RequestHandlerDeps,
  updateModal,
} from '../../../src/commands/routing/handle-request.ts';
import { routeButton } from '../../../src/commands/routing/route-button.ts';
import { routeModalChange, routeModalSubmission } from '../../../src/commands/routing/route-modal.ts';
import { recordViewChannel } from '../../../src/commands/slack/view-channel.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { FakeChat } from '../../fakes/chat.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { createSampleCatalog, createSampleVersions } from '../../fixtures/compute-catalog.ts';
import { buildCreateDefaults, buildSpec, testUser } from '../../fixtures/run.ts';
import { sendToBot, startSlackFixture } from '../../fixtures/slack.ts';

/** Channel of the message with the button, of the record of every cluster and run, of the opened modal, and of the edit. */
const [message, record, opened, edited] = ['CMESSAGE', 'CRECORD', 'COPENED', 'CEDITED'] as const;
const policy = { ...allowAllPolicy, channels: [edited] };
const views: readonly (readonly [string, string])[] = [
  ['delete.confirmName', '{"cluster":"demo","run":"r1"}'],
  ['phaseCommands', '{"run":"r1","phase":"etcd","page":0}'],
  ['create.form', '{"asksForChannel":false,"isExpanded":false,"undersizedTypes":{}}'],
];

let store: Store;
/** Each decision: whether the person is where the request came from, and the channel that it was about. */
let recordedDecisions: (readonly ['origin' | 'member', string])[];
let deps: RequestHandlerDeps;
let requestCount = 0;

beforeEach(async () => {
  store = openSqliteStore({ path: ':memory:' });
  const at = new Date().toISOString();
  const run = { operation: 'create', spec: buildSpec(), requestedBy: testUser, channel: record, requestedAt: at };
  for (const { id, value } of sampleButtons) {
    const { run: runId = id } = value;
    if (!(await store.read('run', String(runId))))
      await store.write('run', String(runId), { ...run, cluster: 'demo', open: false }, undefined);
  }
  if (!(await store.read('run', 'r1')))
    await store.write('run', 'r1', { ...run, cluster: 'demo', open: false }, undefined);
  for (const name of new Set(['demo', ...sampleButtons.map(({ value }) => String(value.cluster ?? 'demo'))])) {
    const cluster = { spec: buildSpec({ name }), createdBy: testUser, channel: record, createdAt: at, runs: [] };
    await store.write('cluster', name, { ...cluster, settledState: 'ready', outputs: {} }, undefined);
  }
  recordedDecisions = [];
  const createAuthorizer = (place: 'origin' | 'member') => async (_: unknown, channel: string) => {
    recordedDecisions.push([place, channel]);
    return { reason: 'guest' } as const;
  };
  deps = {
    store,
    chat: new FakeChat(new FakeClock()),
    commandDeps: {
      computeCatalog: createSampleCatalog(),
      versionCatalog: createSampleVersions(),
      defaults: buildCreateDefaults(),
      policy,
      // Every request is denied before it reaches the service.
      clusterService: undefined,
    } as unknown as CommandDeps,
    authorize: createAuthorizer('origin'),
    authorizeMember: createAuthorizer('member'),
    now: () => new Date(),
    log: () => {},
  };
});
afterEach(() => store.close());

interface SampleButton {
  readonly id: string;
  readonly value: Record<string, unknown>;
}

/** Each kind of button that a sample has: its action id with the fields of its value. */
const sampleButtons = [
  ...new Map(
    samples
      .flatMap((sample) => listButtons(sample.message))
      .map((button) => [`${button.id} ${Object.keys(button.value).join()}`, button] as const),
  ).values(),
].filter(({ id, value }) => routeButton(id, JSON.stringify(value), { requester: testUser, channel: message }));

function listButtons(node: unknown): SampleButton[] {
  if (typeof node !== 'object' || node === null) return [];
  const own =
    'type' in node && node.type === 'button' && 'action_id' in node && 'value' in node
      ? [{ id: String(node.action_id), value: Object(JSON.parse(String(node.value))) }]
      : [];
  return [...own, ...Object.values(node).flatMap(listButtons)];
}

/** Clicks a button with a value, in a channel (empty: the Home tab or a modal), and returns the decisions. */
async function click(id: string, value: object, channel: string, viewId?: string) {
  const origin = { requester: testUser, channel };
  const route = routeButton(id, JSON.stringify(value), origin);
  const request = { id: `request ${++requestCount}`, origin, viewId };
  if (!route || 'immediateReply' in route) return route && 'refused';
  if ('openModal' in route)
    await openModal('t1', route.openModal(deps.commandDeps), { ...request, subject: route.subject }, deps);
  else await handleRequest({ ...request, ...route }, deps);
  return recordedDecisions;
}

describe.each(sampleButtons.map((button) => [`${button.id} ${Object.keys(button.value).join()}`, button] as const))(
  'the button %s',
  (_, { id, value }) => {
    test.each([
      ['as shown', {}],
      ['with a channel added', { channel: edited }],
    ])('acts in the channel of its message, %s', async (_kind, edit) => {
      const decisions = await click(id, { ...value, ...edit }, message);
      if (decisions === 'refused' && 'channel' in edit) return expect(recordedDecisions).toEqual([]);
      expect(decisions).toEqual([['origin', message]]);
    });

    test('acts in the channel of the record without a channel of its own', async () => {
      const named = 'cluster' in value || 'run' in value;
      await click(id, { ...value, channel: edited }, '');
      const unedited = recordedDecisions.length === 0 ? await click(id, value, '') : recordedDecisions;
      if (named) return expect(unedited).toEqual([['member', record]]);
      // A form is checked against any enabled channel when it opens. Another button has nowhere to act.
      expect(id.startsWith('create.') || id.startsWith('home.create')).toBe(true);
      expect(recordedDecisions.every(([place]) => place === 'member')).toBe(true);
    });

    test('in a modal acts in the channel in which the modal was opened', async () => {
      await recordViewChannel(store, 'V7', opened, new Date());
      await click(id, value, '', 'V7');
      const { openModal: opensModal } = {
        openModal: undefined,
        ...routeButton(id, JSON.stringify(value), { requester: testUser, channel: '' }),
      };
      if (!opensModal) expect(recordedDecisions).toEqual([['origin', opened]]);
    });
  },
);

describe.each(views)('the modal %s', (id, metadata) => {
  const input = { name: 'demo', channel: edited };
  const edits = [metadata, JSON.stringify({ ...JSON.parse(metadata), channel: edited })];

  async function submit(given: string, viewId: string) {
    const submission = routeModalSubmission({ id, metadata: given, input }, testUser, deps.commandDeps);
    if (!submission) return 'ignored';
    if ('errors' in submission || 'immediateReply' in submission.route) throw new Error('not accepted');
    const origin = { requester: testUser, channel: '' };
    await handleRequest({ id: `request ${++requestCount}`, origin, viewId, ...submission.route }, deps);
    return recordedDecisions;
  }

  test.each(edits)('acts in the channel in which it was opened, with the metadata %s', async (given) => {
    await recordViewChannel(store, 'V7', opened, new Date());
    const decisions = await submit(given, 'V7');
    if (decisions !== 'ignored') expect(decisions).toEqual([['origin', opened]]);
    expect(given === metadata && decisions === 'ignored').toBe(false);
  });

  test.each(edits)('requires membership if it was opened outside a channel, with the metadata %s', async (given) => {
    const decisions = await submit(given, 'V8');
    const expected = id === 'create.form' ? edited : record;
    if (decisions !== 'ignored') expect(decisions).toEqual([['member', expected]]);
  });

  test('changes in the channel in which it was opened', async () => {
    const block = id === 'create.form' ? 'region' : 'phaseCommands.page.1';
    const change = routeModalChange({ id, metadata, input }, block, deps.commandDeps);
    if (!change) return expect(id).toBe('delete.confirmName');
    await recordViewChannel(store, 'V7', opened, new Date());
    const request = {
      id: 'change',
      origin: { requester: testUser, channel: '' },
      viewId: 'V7',
      subject: change.subject,
    };
    await updateModal('V7', change.openModal(deps.commandDeps), request, deps);
    expect(recordedDecisions).toEqual(id === 'create.form' ? [] : [['origin', opened]]);
  });
});

test('a form opened on the Home tab has the only enabled channel, or the one that the user selected', () => {
  const select = (channels: readonly string[]) =>
    routeModalSubmission(
      {
        id: 'create.form',
        metadata: JSON.stringify({ asksForChannel: channels.length > 1 }),
        input: { name: 'demo', channel: 'C2' },
      },
      testUser,
      { ...deps.commandDeps, policy: { ...allowAllPolicy, channels } },
    );
  expect(select(['C1'])).toMatchObject({ route: { selectedChannel: 'C1' } });
  expect(select(['C1', 'C2'])).toMatchObject({ route: { selectedChannel: 'C2' } });
  expect(select(['C1', 'C3'])).toMatchObject({ errors: { channel: 'kthw is not enabled in this channel' } });
});

test('a signed click with an edited channel gets no kubeconfig', async () => {
  const slack = await startSlackFixture({ policy: { ...allowAllPolicy, channels: ['C0CLUSTER'] } });
  try {
    const ada = { team: 'T0000LOCAL', user: 'U0000ADA0' };
    await slack.clusterService.createCluster({ spec: buildSpec(), requester: ada, channel: 'C0CLUSTER' });
    const value = JSON.stringify({ cluster: buildSpec().name, channel: 'C0CLUSTER' });
    const payload = {
      ...{ type: 'block_actions', trigger_id: '1.1.a', response_url: 'http://127.0.0.1:9/gone' },
      ...{ team: { id: ada.team, domain: 'local' }, user: { id: ada.user, username: 'ada', team_id: ada.team } },
      ...{ channel: { id: 'C0GENERAL', name: 'general' }, container: { type: 'message', is_ephemeral: false } },
      actions: [{ type: 'button', action_id: 'home.kubeconfig', block_id: 'b', value }],
    };
    await sendToBot(slack, new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
    await slack.done();
    expect(slack.logged).toContainEqual(expect.objectContaining({ message: 'request denied', reason: 'channel' }));
    expect(await slack.slackClient.listFiles('ada')).toEqual([]);
  } finally {
    await slack.close();
  }
});
