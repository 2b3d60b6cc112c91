import { describe, expect, test } from 'vitest';
import { createAuthorizer } from '../../../src/commands/authorization/authorizer.ts';
import { createChannelMembership } from '../../../src/commands/authorization/channel-membership.ts';
import { allowAllPolicy, type Policy } from '../../../src/commands/authorization/policy.ts';
import type { Permission } from '../../../src/commands/routing/command.ts';
import type { RunView } from '../../../src/engine/service/cluster-service.ts';
import { FakeClock } from '../../fakes/clock.ts';

const [ada, grace, linus] = ['U1', 'U2', 'U3'].map((user) => ({ team: 'T1', user })) as [Person, Person, Person];
const ops = { group: 'S1' };
type Person = { readonly team: string; readonly user: string };

/** Slack with a user group of Grace and a channel of Ada. Counts the calls, and fails while `isDown`. */
function createFixture(change: Partial<Policy>, phases: readonly string[] = [], operation = 'rebuild') {
  const clock = new FakeClock();
  const logged: unknown[] = [];
  const slack = { calls: [] as string[], isDown: false, guests: [] as string[], sharedChannels: [] as string[] };
  async function respond<T>(call: string, value: T): Promise<T> {
    slack.calls.push(call);
    if (slack.isDown) throw new Error('Slack is down');
    return value;
  }
  const audience = {
    calls: [] as string[],
    isDown: false,
    async ask(id: string, read: () => boolean) {
      audience.calls.push(id);
      if (audience.isDown) throw new Error('Slack is down');
      return read();
    },
  };
  const steps = Object.fromEntries(phases.map((phase, i) => [`step-${i}`, { title: 'x', phase, dependsOn: [] }]));
  const options = {
    policy: { ...allowAllPolicy, ...change },
    store: { read: async () => undefined },
    clusterService: {
      getRunView: async (run: string) =>
        run === 'run-1' ? ({ requesters: [ada], operation, steps } as unknown as RunView) : undefined,
    },
    chat: {
      // Every decision asks about the person and the channel, so these calls are counted apart.
      isGuest: ({ user }: Person) => audience.ask(user, () => slack.guests.includes(user)),
      isSharedChannel: (channel: string) => audience.ask(channel, () => slack.sharedChannels.includes(channel)),
      listGroupMembers: (group: string) => respond(group, [grace]),
      listChannelMembers: (channel: string) => respond(channel, channel === 'C1' ? [ada.user] : []),
    },
    now: clock.now,
    log: (fields: object, message: string) => void logged.push({ ...fields, message }),
  };
  return {
    clock,
    logged,
    slack,
    audience,
    authorize: createAuthorizer(options),
    findMembership: createChannelMembership(options),
  };
}

describe('a decision about a run', () => {
  const removals = ['remove:controllers', 'remove:workers', 'remove:workers'];

  test.each([
    ['controllers and workers', removals, 3],
    ['controllers', ['remove:controllers'], 1],
    ['nothing else', ['controllers', 'workers', 'remove:network', ...removals], 3],
  ])('counts the deleted %s', async (_, phases, deletionCount) => {
    const approval = { run: 'run-1', isApproval: true };
    const { authorize } = createFixture({ maxDeletions: deletionCount }, phases);
    expect(await authorize(ada, 'C1', approval)).toBeUndefined();
    const stricter = createFixture({ maxDeletions: deletionCount - 1 }, phases);
    expect(await stricter.authorize(ada, 'C1', approval)).toEqual({
      reason: 'too-many',
      deletionCount,
      limit: deletionCount - 1,
    });
  });

  test('sets no limit for the deletion of a whole cluster', async () => {
    const phases = ['controllers', 'workers', 'workers', 'network'];
    const { authorize } = createFixture({ maxDeletions: 0 }, phases, 'delete');
    expect(await authorize(ada, 'C1', { run: 'run-1', isApproval: true })).toBeUndefined();
  });

  test('compares the requesters of that run', async () => {
    const { authorize } = createFixture({ approvers: [grace] });
    expect(await authorize(ada, 'C1', { run: 'run-1', isApproval: false })).toBeUndefined();
    expect(await authorize(linus, 'C1', { run: 'run-1', isApproval: false })).toMatchObject({
      reason: 'not-an-approver',
    });
    expect(await authorize(ada, 'C1', { run: 'run-1', isApproval: true })).toMatchObject({ reason: 'not-an-approver' });
  });

  test('about an unknown run needs an approver', async () => {
    const { authorize } = createFixture({ approvers: [grace], maxDeletions: 0 });
    expect(await authorize(ada, 'C1', { run: 'run-2', isApproval: false })).toMatchObject({
      reason: 'not-an-approver',
    });
    expect(await authorize(grace, 'C1', { run: 'run-2', isApproval: true })).toBeUndefined();
  });
});

test('a revocation compares the owner of the kubeconfigs', async () => {
  const { authorize } = createFixture({ creators: [grace] });
  expect(await authorize(ada, 'C1', { kubeconfigOwner: ada })).toBeUndefined();
  expect(await authorize(ada, 'C1', { kubeconfigOwner: linus })).toMatchObject({ reason: 'not-yours' });
});

describe('the members of a user group', () => {
  test('are read for the actions that they decide about only, and again after a minute', async () => {
    const { authorize, clock, slack } = createFixture({ creators: [ops] });
    expect(await authorize(linus, 'C1', 'look')).toBeUndefined();
    expect(slack.calls).toEqual([]);
    expect(await authorize(grace, 'C1', 'create')).toBeUndefined();
    clock.advance(59_999);
    expect(await authorize(grace, 'C1', 'create')).toBeUndefined();
    expect(slack.calls).toEqual(['S1']);
    clock.advance(1);
    expect(await authorize(linus, 'C1', 'create')).toMatchObject({ reason: 'not-a-creator' });
    expect(slack.calls).toEqual(['S1', 'S1']);
  });

  test('that cannot be read deny, are logged, and are read again at once', async () => {
    const { authorize, logged, slack } = createFixture({ creators: [ops] });
    slack.isDown = true;
    expect(await authorize(grace, 'C1', 'create')).toEqual({ reason: 'unreadable', group: 'S1' });
    expect(logged).toEqual([
      { group: 'S1', error: new Error('Slack is down'), message: 'reading the members of a user group failed' },
    ]);
    slack.isDown = false;
    expect(await authorize(grace, 'C1', 'create')).toBeUndefined();
  });
});

describe('guests and shared channels', () => {
  const permissions: readonly Permission[] = [
    'look',
    'create',
    { run: 'run-1', isApproval: true },
    { run: 'run-1', isApproval: false },
    { kubeconfigOwner: ada },
  ];

  test.each(permissions)('are denied %j unless listed', async (permission) => {
    const unlisted = createFixture({});
    unlisted.slack.guests.push('U1');
    unlisted.slack.sharedChannels.push('C2');
    expect(await unlisted.authorize(ada, 'C1', permission)).toEqual({ reason: 'guest' });
    expect(await unlisted.authorize(linus, 'C2', permission)).toEqual({
      reason: 'shared-channel',
      allowedChannels: [],
    });
    const listed = createFixture({ guests: [ada], sharedChannels: ['C2'] });
    listed.slack.guests.push('U1');
    listed.slack.sharedChannels.push('C2');
    expect(await listed.authorize(ada, 'C2', permission)).toBeUndefined();
  });

  test('are denied while Slack does not answer, and asked about again at once', async () => {
    const { audience, authorize, logged } = createFixture({});
    audience.isDown = true;
    expect(await authorize(ada, 'C1', 'look')).toEqual({ reason: 'unknown-audience', subject: 'person' });
    expect(logged).toHaveLength(2);
    audience.isDown = false;
    expect(await authorize(ada, 'C1', 'look')).toBeUndefined();
    audience.isDown = true;
    expect(await authorize(ada, 'C2', 'look')).toEqual({ reason: 'unknown-audience', subject: 'channel' });
  });

  test('are asked about once in five minutes', async () => {
    const { audience, authorize, clock, slack } = createFixture({});
    for (const ms of [0, 299_999]) {
      clock.advance(ms);
      expect(await authorize(ada, 'C1', 'look')).toBeUndefined();
    }
    expect(audience.calls).toEqual(['U1', 'C1']);
    slack.guests.push('U1');
    clock.advance(1);
    expect(await authorize(ada, 'C1', 'look')).toEqual({ reason: 'guest' });
  });

  test('may be a listed user group, whose members are read for guests only', async () => {
    const { authorize, slack } = createFixture({ guests: [ops] });
    slack.guests.push('U1', 'U2');
    expect(await authorize(linus, 'C1', 'look')).toBeUndefined();
    expect(slack.calls).toEqual([]);
    expect(await authorize(grace, 'C1', 'look')).toBeUndefined();
    expect(await authorize(ada, 'C1', 'look')).toEqual({ reason: 'guest' });
    slack.isDown = true;
    const unreadable = createFixture({ guests: [ops] });
    unreadable.slack.guests.push('U2');
    unreadable.slack.isDown = true;
    expect(await unreadable.authorize(grace, 'C1', 'look')).toEqual({ reason: 'unreadable', group: 'S1' });
  });

  test('a listed guest still needs the permission', async () => {
    const { authorize, slack } = createFixture({ guests: [ada], creators: [linus] });
    slack.guests.push('U1');
    expect(await authorize(ada, 'C1', 'create')).toMatchObject({ reason: 'not-a-creator' });
  });

  test('a shared channel names the other enabled channels, and a direct message is never shared', async () => {
    const { audience, authorize, slack } = createFixture({ channels: ['C1', 'C2', 'D1'] });
    slack.sharedChannels.push('C2', 'D1');
    expect(await authorize(ada, 'C2', 'look')).toEqual({
      reason: 'shared-channel',
      allowedChannels: ['C1', 'D1'],
    });
    expect(await authorize(ada, 'D1', 'look')).toBeUndefined();
    expect(await authorize(ada, 'C3', 'look')).toMatchObject({ reason: 'channel' });
    expect(audience.calls).not.toContain('D1');
  });
});

describe('the members of the enabled channels', () => {
  test('are not read when all channels are enabled', async () => {
    const { findMembership, slack } = createFixture({ channels: 'all' });
    expect(await findMembership(linus)).toBe('member');
    expect(slack.calls).toEqual([]);
  });

  test('are members of at least one of them, and are read again after a minute', async () => {
    const { clock, findMembership, slack } = createFixture({ channels: ['C1', 'C2'] });
    expect(await findMembership(ada)).toBe('member');
    clock.advance(59_999);
    expect(await findMembership(linus)).toBe('nonMember');
    expect(slack.calls).toEqual(['C1', 'C2']);
    clock.advance(1);
    expect(await findMembership(ada)).toBe('member');
    expect(slack.calls).toEqual(['C1', 'C2', 'C1', 'C2']);
  });

  test('that cannot be read are logged, and are read again at once', async () => {
    const { findMembership, logged, slack } = createFixture({ channels: ['C1'] });
    slack.isDown = true;
    expect(await findMembership(ada)).toBe('unreadable');
    expect(logged).toEqual([
      { channel: 'C1', error: new Error('Slack is down'), message: 'reading the members of a channel failed' },
    ]);
    slack.isDown = false;
    expect(await findMembership(ada)).toBe('member');
  });

  test('of one channel suffice while another cannot be read', async () => {
    const { findMembership } = createFixture({ channels: ['C1', 'C2'] });
    expect(await findMembership(ada)).toBe('member');
    const broken = createFixture({ channels: ['C2', 'C1'] });
    broken.slack.isDown = true;
    expect(await broken.findMembership(ada)).toBe('unreadable');
  });
});
