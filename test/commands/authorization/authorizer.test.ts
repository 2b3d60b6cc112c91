import { afterEach, describe, expect, test } from 'vitest';
import type { ApiMessage } from '../../../local/slack/slack-emulator-client.ts';
import { allowAllPolicy, type Policy } from '../../../src/commands/authorization/policy.ts';
import { sendTtlReminders } from '../../../src/commands/notifier/ttl-reminders.ts';
import type { EngineEvent } from '../../../src/store/events.ts';
import { type SlackFixture, type SlackFixtureOptions, sendToBot, startSlackFixture } from '../../fixtures/slack.ts';

const general = 'general';
const team = 'T0000LOCAL';
const [ada, linus] = ['U0000ADA0', 'U000LINUS'].map((user) => ({ team, user })) as [Person, Person];
/** Ada and Grace. */
const operators = { group: 'S0000OPS0' };
const members = 'usergroups.users.list';
type Person = { readonly team: string; readonly user: string };

const open: SlackFixture[] = [];
afterEach(async () => {
  for (const slack of open.splice(0)) await slack.close();
});

async function withPolicy(policy: Partial<Policy>, options: SlackFixtureOptions = {}): Promise<SlackFixture> {
  const slack = await startSlackFixture({ ...options, policy: { ...allowAllPolicy, ...policy } });
  open.push(slack);
  return slack;
}

interface ApprovalFixture {
  readonly slack: SlackFixture;
  readonly run: string;
  readonly ts: string;
  /** The question as it is shown now. */
  shown(): Promise<ApiMessage>;
  /** What the thread shows to somebody alone. */
  expectReplyTo(person: string, words: string): Promise<ApiMessage>;
  answers(): Promise<EngineEvent[]>;
}

/** A run of Ada's that asked something in its thread. */
async function requestApproval(policy: Partial<Policy>, options: SlackFixtureOptions = {}): Promise<ApprovalFixture> {
  const slack = await withPolicy(policy, options);
  await slack.slackClient.actAs('ada').sendCommand(general, '/kthw create demo');
  const run = await slack.slackClient.waitFor(async () => (await slack.store.list('run'))[0]?.id);
  await append(slack, run, question('d1', options.now?.() ?? new Date()));
  const { ts } = await slack.slackClient.waitFor(async () => (await thread(slack)).find(isQuestion), {
    description: 'a question',
  });
  return {
    ...{ slack, run, ts },
    shown: async () => (await thread(slack)).find((one) => one.ts === ts) as ApiMessage,
    expectReplyTo: (person, words) =>
      slack.slackClient.waitFor(
        async () => (await thread(slack, person)).find((one) => one.is_ephemeral && one.text.includes(words)),
        { description: `"${words}" to ${person}` },
      ),
    answers: async () =>
      (await slack.store.readEvents(run)).map(({ event }) => event).filter(({ type }) => /granted|rejected/.test(type)),
  };
}

function question(digest: string, now: Date): EngineEvent {
  const expiresAt = new Date(+now + 3 * 60_000).toISOString();
  return { type: 'approval.requested', digest, deletions: ['instance demo-controller-0'], expiresAt };
}

async function append(
  { store, notifier }: SlackFixture,
  run: string,
  ...events: readonly EngineEvent[]
): Promise<void> {
  await store.append(run, events);
  notifier.wake(run);
}

async function thread({ slackClient }: SlackFixture, person = 'ada'): Promise<ApiMessage[]> {
  const all = await slackClient.listMessages(general, person);
  const summary = all.find(({ metadata }) => metadata?.event_type === 'kthw_run');
  return summary ? await slackClient.listThreadMessages(general, summary.ts, person) : [];
}

function isQuestion({ blocks = [] }: ApiMessage): boolean {
  return JSON.stringify(blocks).includes('instance demo-controller-0');
}

function hasButtons({ blocks = [] }: ApiMessage): boolean {
  return JSON.stringify(blocks).includes('approval.approve');
}

/** A press as Slack would send it, with whatever in it. */
function aPress(value: string, by: Person, id = 'approval.approve', trigger = '1.1.a'): string {
  const payload = {
    ...{ type: 'block_actions', trigger_id: trigger, response_url: 'http://127.0.0.1:9/gone' },
    team: { id: team, domain: 'local' },
    user: { id: by.user, username: 'somebody', team_id: by.team },
    channel: { id: 'C0GENERAL', name: general },
    container: { type: 'message', is_ephemeral: false },
    actions: [{ type: 'button', action_id: id, block_id: 'b', value, text: { type: 'plain_text', text: 'Approve' } }],
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

async function inChannel({ slackClient }: SlackFixture, person: string, words: string): Promise<ApiMessage> {
  return await slackClient.waitFor(
    async () => (await slackClient.listMessages(general, person)).find(({ text }) => text.includes(words)),
    { description: `"${words}" to ${person}` },
  );
}

describe('an approval request in a thread', () => {
  test('accepts a member of an approver group, but not the requester or other users', async () => {
    const it = await requestApproval({ approvers: [operators] });
    const { slackClient } = it.slack;
    expect(JSON.stringify((await it.shown()).blocks)).toContain('<!subteam^S0000OPS0> can approve');
    await slackClient.actAs('ada').clickInMessage(general, it.ts, 'approval.approve');
    await it.expectReplyTo('ada', 'someone else must approve it');
    await slackClient.actAs('linus').clickInMessage(general, it.ts, 'approval.approve');
    await it.expectReplyTo('linus', 'not an approver for this request');
    await slackClient.actAs('linus').clickInMessage(general, it.ts, 'approval.reject');
    await slackClient.waitFor(
      async () => (await thread(it.slack, 'linus')).filter((one) => one.is_ephemeral).length === 2,
    );
    expect(await it.answers()).toEqual([]);
    expect(hasButtons(await it.shown())).toBe(true);
    await slackClient.actAs('grace').clickInMessage(general, it.ts, 'approval.approve');
    await it.expectReplyTo('grace', 'Approved; starting now');
    await slackClient.waitFor(async () => !hasButtons(await it.shown()));
    expect(JSON.stringify((await it.shown()).blocks)).toContain('Approved by <@U000GRACE>');
    expect(await it.answers()).toEqual([
      { type: 'approval.granted', digest: 'd1', actor: { team, user: 'U000GRACE' } },
    ]);
    // Asked once for all of them, and for the team once.
    expect((await slackClient.getCallCounts())[members]).toMatchObject({ calls: 1 });
    expect((await slackClient.getCallCounts())['auth.test']).toMatchObject({ calls: 1 });
  });

  test('lets the requester reject it, even if others must approve', async () => {
    const it = await requestApproval({ approvers: [operators] });
    await it.slack.slackClient.actAs('ada').clickInMessage(general, it.ts, 'approval.reject');
    await it.expectReplyTo('ada', 'Rejected; nothing was changed');
    await it.slack.slackClient.waitFor(async () => !hasButtons(await it.shown()));
    expect(await it.answers()).toMatchObject([{ type: 'approval.rejected', actor: ada }]);
  });

  test('accepts anyone, including the requester, if no approvers are configured', async () => {
    const it = await requestApproval({});
    await it.slack.slackClient.actAs('ada').clickInMessage(general, it.ts, 'approval.approve');
    await it.expectReplyTo('ada', 'Approved; starting now');
    expect(await it.answers()).toMatchObject([{ type: 'approval.granted', actor: ada }]);
  });

  test('accepts one of two concurrent clicks and answers both', async () => {
    const it = await requestApproval({});
    const { slackClient: people } = it.slack;
    await Promise.all([
      people.actAs('grace').clickInMessage(general, it.ts, 'approval.approve'),
      people.actAs('linus').clickInMessage(general, it.ts, 'approval.reject'),
    ]);
    const words = /starting now|nothing was changed|Already/;
    const replies = await Promise.all(
      ['grace', 'linus'].map((person) =>
        people.waitFor(async () =>
          (await thread(it.slack, person)).find((one) => one.is_ephemeral && words.test(one.text)),
        ),
      ),
    );
    expect(replies.filter(({ text }) => text.startsWith('Already'))).toHaveLength(1);
    expect(await it.slack.store.list('decision')).toHaveLength(1);
  });

  test('denies approval while a group is unreadable, without caching the failure', async () => {
    const it = await requestApproval({ approvers: [operators] });
    const { slackClient: people } = it.slack;
    await people.injectFaults({ method: members, error: 'missing_scope' });
    await people.actAs('grace').clickInMessage(general, it.ts, 'approval.approve');
    await it.expectReplyTo('grace', "Can't read the members of <!subteam^S0000OPS0>");
    expect(await it.answers()).toEqual([]);
    expect(it.slack.logged).toContainEqual(
      expect.objectContaining({ message: 'reading the members of a user group failed' }),
    );
    await people.actAs('grace').clickInMessage(general, it.ts, 'approval.approve');
    await it.expectReplyTo('grace', 'Approved; starting now');
  });

  test('reads the group members again after a minute', async () => {
    let passedMs = 0;
    const it = await requestApproval({ approvers: [operators] }, { now: () => new Date(Date.now() + passedMs) });
    const { slackClient: people } = it.slack;
    for (const [i, ms] of [0, 50_000, 61_000].entries()) {
      passedMs = ms;
      await people.actAs('linus').clickInMessage(general, it.ts, 'approval.approve');
      await people.waitFor(
        async () => (await thread(it.slack, 'linus')).filter((one) => one.is_ephemeral).length === i + 1,
      );
    }
    expect((await people.getCallCounts())[members]).toMatchObject({ calls: 2 });
  });

  test.each([
    ['another digest of one’s own run', { digest: 'd2' }, ada, 'someone else must approve it'],
    ['another digest', { digest: 'd2' }, linus, 'This approval request no longer exists'],
    ['another run', { run: 'no-such-run' }, ada, 'This approval request no longer exists'],
    ['a run that is a path', { run: '../answer' }, ada, 'this button is not valid'],
    ['more than there is', { yes: true }, ada, 'this button is not valid'],
    ['a user id of another team', {}, { team: 'T0OTHER', user: linus.user }, 'not enabled for your organization'],
  ])('refuses a click forged to %s without effect', async (_, change, by, words) => {
    const it = await requestApproval({ approvers: [linus, operators] }); // Ada, Grace and Linus
    const press = aPress(JSON.stringify({ run: it.run, digest: 'd1', ...change }), by);
    const before = await it.slack.store.readEvents(it.run);
    expect((await sendToBot(it.slack, press)).status).toBe(200);
    await inChannel(it.slack, by === ada ? 'ada' : 'linus', words);
    expect(await it.slack.store.readEvents(it.run)).toEqual(before);
    expect(await it.slack.store.list('decision')).toEqual([]);
  });

  test('refuses a digest that was never displayed', async () => {
    const it = await requestApproval({});
    await sendToBot(it.slack, aPress(JSON.stringify({ run: it.run, digest: 'forged' }), ada));
    await inChannel(it.slack, 'ada', 'This approval request no longer exists. No action taken.');
    expect(await it.answers()).toEqual([]);
  });

  test('refuses approval of a superseded plan', async () => {
    const it = await requestApproval({});
    await append(it.slack, it.run, question('d2', new Date()));
    await it.slack.slackClient.waitFor(async () => !hasButtons(await it.shown()));
    await sendToBot(it.slack, aPress(JSON.stringify({ run: it.run, digest: 'd1' }), ada));
    await inChannel(it.slack, 'ada', 'see the latest approval request. No action taken.');
    expect(await it.answers()).toEqual([]);
  });

  test('refuses approval after it expired', async () => {
    let passedMs = 0;
    const it = await requestApproval({}, { now: () => new Date(Date.now() + passedMs) });
    // Older requests than five minutes are refused altogether.
    passedMs = 4 * 60_000;
    await it.slack.slackClient.actAs('ada').clickInMessage(general, it.ts, 'approval.approve');
    await it.expectReplyTo('ada', 'This approval request expired. No action taken.');
    expect(await it.answers()).toEqual([]);
  });

  test('refuses approval after the run ended', async () => {
    const it = await requestApproval({});
    await it.slack.store.append(it.run, [{ type: 'run.finished', outcome: 'cancelled' }]);
    await it.slack.slackClient.actAs('ada').clickInMessage(general, it.ts, 'approval.approve');
    await it.expectReplyTo('ada', 'This run has ended. No action taken.');
    expect(await it.answers()).toEqual([]);
  });

  test('appears in the status, with working buttons', async () => {
    const it = await requestApproval({});
    const { slackClient: people } = it.slack;
    await people.actAs('grace').sendCommand(general, '/kthw status demo');
    const status = await inChannel(it.slack, 'grace', 'create: create awaiting approval');
    await people.actAs('grace').clickInMessage(general, status.ts, 'approval.approve');
    await inChannel(it.slack, 'grace', 'Approved; starting now');
    expect((await people.listMessages(general, 'grace')).filter(hasButtons)).toEqual([]);
    await people.waitFor(async () => !hasButtons(await it.shown()));
  });
});

describe('who may not', () => {
  test('create clusters has read-only access', async () => {
    const slack = await withPolicy({ creators: [ada] });
    const { slackClient: people } = slack;
    await people.actAs('ada').sendCommand(general, '/kthw create demo');
    await people.waitFor(async () => (await slack.store.list('run')).length === 1);
    await people.actAs('linus').sendCommand(general, '/kthw status demo');
    await inChannel(slack, 'linus', 'demo: creating');
    const before = await slack.store.list('cluster');
    const commands = ['create other', 'cancel demo', 'resume demo', 'smoke demo', 'delete demo'];
    for (const [i, command] of [...commands, 'rebuild demo --from etcd', 'scale demo --workers 1'].entries()) {
      await people.actAs('linus').sendCommand(general, `/kthw ${command}`);
      await people.waitFor(
        async () =>
          (await people.listMessages(general, 'linus')).filter(({ text }) => text.includes('read-only access'))
            .length ===
          i + 1,
        { description: `a refusal of "${command}"` },
      );
    }
    await people.actAs('linus').sendMessage(general, '@kthw cancel demo');
    await people.waitFor(
      async () => (await people.listMessages(general, 'linus')).filter(({ text }) => text.includes('🚫')).length === 8,
    );
    expect(await slack.store.list('cluster')).toEqual(before);
    expect(await slack.store.list('run')).toHaveLength(1);
  });

  test("create clusters can't submit the delete modal of another user", async () => {
    const slack = await withPolicy({ creators: [ada] });
    await slack.slackClient.actAs('ada').sendCommand(general, '/kthw create demo');
    await slack.slackClient.waitFor(async () => (await slack.store.list('run')).length === 1);
    const view = {
      id: 'V1',
      callback_id: 'delete.confirmName',
      private_metadata: '{"cluster":"demo","run":"r0"}',
    };
    const payload = {
      ...{ type: 'view_submission', trigger_id: '1.1.a', team: { id: team, domain: 'local' } },
      user: { id: linus.user, name: 'linus', team_id: team },
      view: { ...view, state: { values: { name: { input: { value: 'demo' } } } } },
    };
    await sendToBot(slack, new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
    await inChannel(slack, 'linus', 'read-only access');
    expect(await slack.store.list('run')).toHaveLength(1);
  });

  test('use this channel sees a list of the enabled channels', async () => {
    const slack = await withPolicy({ channels: ['C0CLUSTER'] });
    const { slackClient: people } = slack;
    for (const command of ['create demo', 'list']) await people.actAs('ada').sendCommand(general, `/kthw ${command}`);
    await people.actAs('ada').sendMessage(general, '@kthw create demo');
    const refused = await people.waitFor(async () => {
      const all = (await people.listMessages(general, 'ada')).filter(({ text }) =>
        text.includes('kthw is not enabled'),
      );
      return all.length === 3 && all;
    });
    expect(JSON.stringify(refused.map(({ blocks }) => blocks))).toContain('<#C0CLUSTER>');
    expect(await slack.store.list('run')).toEqual([]);
    await people.actAs('ada').sendCommand('clusters', '/kthw create demo');
    await people.waitFor(async () => (await slack.store.list('run')).length === 1);
  });

  test('delete that many instances in one scaling sees the limit', async () => {
    const slack = await withPolicy({ maxDeletions: 2 });
    const { slackClient: people } = slack;
    await people.actAs('ada').sendCommand(general, '/kthw create demo --workers 5');
    await people.waitFor(async () => (await slack.store.list('run')).length === 1);
    await people.actAs('ada').sendCommand(general, '/kthw scale demo --workers 2');
    await inChannel(slack, 'ada', 'This deletes 3 instances; the limit is 2 per run');
    expect(await slack.store.list('run')).toHaveLength(1);
  });

  test('have more worker nodes than the pod CIDR allows sees the reason', async () => {
    const slack = await withPolicy({});
    const { slackClient: people } = slack;
    await people.actAs('ada').sendCommand(general, '/kthw create demo --workers 2 --pod-cidr 10.200.0.0/23');
    await people.waitFor(async () => (await slack.store.list('run')).length === 1);
    await people.actAs('ada').sendCommand(general, '/kthw scale demo --workers 3');
    await inChannel(slack, 'ada', 'each of 3 worker nodes needs a /24');
    expect(await slack.store.list('run')).toHaveLength(1);
  });
});

test('two clicks extend a cluster once, and the reminder shows it', async () => {
  const slack = await withPolicy({});
  const { slackClient: people, store, clusterService, chat } = slack;
  await people.actAs('ada').sendCommand(general, '/kthw create demo --ttl 30m');
  await people.waitFor(async () => (await thread(slack)).length > 0);
  const log = () => {};
  await sendTtlReminders({ store, clusterService, chat, now: () => new Date(), expiryAction: 'ask', log });
  const { ts } = await people.waitFor(async () =>
    (await thread(slack)).find(({ text }) => text.includes('expires at')),
  );
  const before = (await store.read('cluster', 'demo'))?.value.expiresAt;
  await Promise.all(['grace', 'linus'].map((person) => people.actAs(person).clickInMessage(general, ts, 'ttl.extend')));
  const shown = await people.waitFor(async () =>
    (await thread(slack)).find((one) => one.ts === ts && one.text.includes('extended *demo*')),
  );
  expect(JSON.stringify(shown.blocks)).not.toContain('ttl.extend');
  const losers = await people.waitFor(async () => {
    const seen = await Promise.all(['grace', 'linus'].map((person) => thread(slack, person)));
    const replies = seen.flat().filter(({ text }) => text.includes('No action taken'));
    return replies.length > 0 && replies;
  });
  expect(losers).toHaveLength(1);
  const after = (await store.read('cluster', 'demo'))?.value.expiresAt;
  expect(+new Date(after ?? 0) - +new Date(before ?? 0)).toBe(8 * 3_600_000);
  await people.actAs('ada').sendCommand(general, '/kthw status demo');
  await inChannel(slack, 'ada', 'demo: creating');
});

describe('the audit log', () => {
  test('is shown to the requester only, and sent in full by DM', async () => {
    const it = await requestApproval({});
    const { slackClient: people } = it.slack;
    await people.actAs('grace').clickInMessage(general, it.ts, 'approval.approve');
    await it.expectReplyTo('grace', 'Approved; starting now');
    await people.actAs('ada').sendCommand(general, '/kthw audit demo');
    const shown = await inChannel(it.slack, 'ada', 'demo: audit log');
    expect(shown.is_ephemeral).toBe(true);
    expect(JSON.stringify(shown.blocks)).toMatch(/<@U0000ADA0> requested create.*<@U000GRACE> approved create/);
    await people.actAs('ada').sendCommand(general, '/kthw audit demo --jsonl');
    await inChannel(it.slack, 'ada', 'in a DM');
    const [file] = await people.listFiles('ada');
    const lines = String(await people.downloadFile('ada', file?.id ?? ''))
      .trimEnd()
      .split('\n');
    expect(file?.name).toBe('demo-audit.jsonl');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { cluster: 'demo', actor: ada, description: 'requested create', run: it.run },
      { description: 'approval required to delete instance demo-controller-0' },
      { actor: { user: 'U000GRACE' }, description: 'approved create' },
    ]);
    await people.actAs('ada').sendCommand(general, '/kthw audit other');
    await inChannel(it.slack, 'ada', 'Cluster `other` not found');
  });
});
