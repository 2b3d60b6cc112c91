import { afterEach, describe, expect, test } from 'vitest';
import { findDenial } from '../../../src/commands/authorization/find-denial.ts';
import type { GroupMembers } from '../../../src/commands/authorization/group-members.ts';
import { allowAllPolicy, type KubeconfigRolePolicy, type Policy } from '../../../src/commands/authorization/policy.ts';
import { readConfig } from '../../../src/config.ts';
import { KubeconfigRole } from '../../../src/store/kubeconfig-role.ts';
import { buildCreateEvents, buildSpec } from '../../fixtures/run.ts';
import { type SlackFixture, sendToBot, startSlackFixture } from '../../fixtures/slack.ts';

const team = 'T0000LOCAL';
const [ada, grace, linus] = ['U0000ADA0', 'U000GRACE', 'U000LINUS'].map((user) => ({ team, user })) as [
  Person,
  Person,
  Person,
];
type Person = { readonly team: string; readonly user: string };
const group = { group: 'S1' };
const roles = KubeconfigRole.options;

describe.each(roles)('the policy for the role %s', (role) => {
  const rows: readonly [string, KubeconfigRolePolicy[KubeconfigRole], Person, string | undefined][] = [
    ['everyone', 'everybody', linus, undefined],
    ['a creator among the creators', 'creators', ada, undefined],
    ['another user among the creators', 'creators', linus, 'role'],
    ['an approver among the approvers', 'approvers', grace, undefined],
    ['a creator among the approvers', 'approvers', ada, 'role'],
    ['a listed user', [linus], linus, undefined],
    ['a user of another team with the listed ID', [linus], { team: 'T2', user: linus.user }, 'role'],
    ['a creator who is not listed', [linus], ada, 'role'],
    ['a group member', [group], linus, undefined],
    ['a user outside the group', [group], ada, 'role'],
    ['no entry', undefined, ada, 'role'],
  ];
  const members: GroupMembers = new Map([['S1', [linus]]]);

  test.each(rows)('%s', (_, holders, requester, reason) => {
    const policy: Policy = {
      ...allowAllPolicy,
      creators: [ada],
      approvers: [grace],
      kubeconfigRoles: holders ? { [role]: holders } : {},
    };
    const denials = roles.map((one) => findDenial(policy, requester, 'C1', { kind: 'kubeconfig', role: one }, members));
    // The entry of one role allows no other role.
    expect(denials.map((denial) => denial?.reason)).toEqual(roles.map((one) => (one === role ? reason : 'role')));
    const requestableRoles = reason === undefined ? [role] : [];
    for (const denial of denials) if (denial) expect(denial).toMatchObject({ requestableRoles });
  });

  test('denies while the members of its group are unreadable', () => {
    const policy: Policy = { ...allowAllPolicy, kubeconfigRoles: { [role]: [group] } };
    expect(findDenial(policy, linus, 'C1', { kind: 'kubeconfig', role }, new Map())).toEqual({
      reason: 'unreadable',
      group: 'S1',
    });
  });
});

const open: SlackFixture[] = [];
afterEach(async () => {
  for (const slack of open.splice(0)) await slack.close();
});

/** A ready cluster of the requester, whose first run ends only when `finishCreate` is called. */
async function createReadyCluster(policy: Partial<Policy>, requester: Person) {
  const slack = await startSlackFixture({ policy: { ...allowAllPolicy, ...policy } });
  open.push(slack);
  const { clusterService, store, notifier } = slack;
  const started = await clusterService.createCluster({ spec: buildSpec(), requester, channel: 'C0GENERAL' });
  if (!('run' in started)) throw new Error('no run started');
  const found = await store.read('cluster', 'demo');
  if (!found) throw new Error('no cluster');
  const { activeRun: _, ...record } = found.value;
  await store.write('cluster', 'demo', { ...record, settledState: 'ready' }, found.version);
  const finishCreate = async () => {
    await store.append(started.run, buildCreateEvents());
    notifier.wake(started.run);
  };
  return { slack, finishCreate };
}

type Surface = (
  environment: Awaited<ReturnType<typeof createReadyCluster>>,
  person: 'ada' | 'linus',
  role?: KubeconfigRole,
) => Promise<unknown>;

const surfaces: readonly (readonly [string, Surface])[] = [
  [
    'a command with --role',
    ({ slack }, person, role) =>
      slack.slackClient.actAs(person).sendCommand('general', `/kthw kubeconfig demo --role ${role}`),
  ],
  [
    'a command without --role',
    ({ slack }, person) => slack.slackClient.actAs(person).sendCommand('general', '/kthw kubeconfig demo'),
  ],
  [
    'a mention',
    async ({ slack }, person) => {
      const { user } = person === 'ada' ? ada : linus;
      const [text, ts, channel] = ['<@U0BOT> kubeconfig demo', '1.1', 'C0GENERAL'];
      const event = { type: 'app_mention', user, text, ts, channel, event_ts: ts };
      const envelope = {
        type: 'event_callback',
        team_id: team,
        api_app_id: 'A1',
        event_id: 'E1',
        event_time: 1,
        event,
      };
      await sendToBot(slack, JSON.stringify(envelope), { type: 'application/json', headers: {} });
    },
  ],
  [
    'the Home tab',
    async ({ slack }, person) => {
      const client = slack.slackClient.actAs(person);
      await client.openHome();
      const view = await slack.slackClient.waitFor(async () => {
        const shown = await slack.slackClient.getHomeView(person);
        return shown && JSON.stringify(shown.blocks).includes('home.kubeconfig') ? shown : undefined;
      });
      await client.clickInView(view.id, 'home.kubeconfig', JSON.stringify({ cluster: 'demo' }));
    },
  ],
  ['the end of a create', ({ finishCreate }) => finishCreate()],
];

/** All texts that a person sees: in the channel, its threads, the DM and the Home tab. */
async function listTexts({ slackClient }: SlackFixture, person: 'ada' | 'linus'): Promise<string> {
  const messages = await slackClient.listMessages('general', person);
  const threads = await Promise.all(
    messages.map(({ ts }) => slackClient.listThreadMessages('general', ts, person).catch(() => [])),
  );
  return JSON.stringify([
    messages,
    threads,
    await slackClient.listDmMessages(person),
    await slackClient.getHomeView(person),
  ]);
}

describe.each(roles)('a kubeconfig with role %s', (role) => {
  const policy = { kubeconfigRoles: { [role]: [ada] }, defaultKubeconfigRole: role };

  test.each(surfaces)('is issued by %s to a user who can get the role', async (_, request) => {
    const environment = await createReadyCluster(policy, ada);
    await request(environment, 'ada', role);
    const [file] = await environment.slack.slackClient.waitFor(async () => {
      const files = await environment.slack.slackClient.listFiles('ada');
      return files.length > 0 ? files : undefined;
    });
    expect(file?.name).toBe('demo.kubeconfig');
    expect(await listTexts(environment.slack, 'ada')).toContain(`Role \`${role}\`: `);
  });

  test.each(surfaces)('is refused by %s to another user', async (_, request) => {
    const environment = await createReadyCluster(policy, linus);
    await request(environment, 'linus', role);
    await environment.slack.slackClient.waitFor(async () =>
      /can't get (a kubeconfig with|the) role/.test(await listTexts(environment.slack, 'linus')) ? true : undefined,
    );
    expect(await environment.slack.slackClient.listFiles('linus')).toEqual([]);
  });
});

describe('the configuration', () => {
  const base = { SLACK_SIGNING_SECRET: 's', SLACK_BOT_TOKEN: 'xoxb-1', GOOGLE_CLOUD_PROJECT: 'p' };
  const production = { ...base, KTHW_CHANNELS: 'C1', KTHW_CREATORS: 'T1:U1', KTHW_SSH_RANGES: '203.0.113.7' };
  const local = { ...base, SLACK_API_URL: 'http://127.0.0.1:9/api/', KTHW_COMPUTE_URL: 'http://127.0.0.1:9' };

  test('gives no one cluster-admin with Slack itself, and everyone with the emulator', () => {
    expect(readConfig(production)).toMatchObject({
      KTHW_KUBECONFIG_ROLES: { view: 'creators', edit: 'creators', admin: 'creators' },
      KTHW_KUBECONFIG_DEFAULT_ROLE: 'view',
    });
    expect(readConfig(production).KTHW_KUBECONFIG_ROLES['cluster-admin']).toBeUndefined();
    expect(readConfig(local)).toMatchObject({
      KTHW_KUBECONFIG_ROLES: { 'cluster-admin': 'creators' },
      KTHW_KUBECONFIG_DEFAULT_ROLE: 'cluster-admin',
    });
  });

  test('reads who can get which role', () => {
    const text = 'view=everyone; edit=creators;admin=approvers;cluster-admin=T1:U1, S1';
    const values = { ...production, KTHW_KUBECONFIG_ROLES: text, KTHW_KUBECONFIG_DEFAULT_ROLE: 'admin' };
    expect(readConfig(values)).toMatchObject({
      KTHW_KUBECONFIG_ROLES: {
        view: 'everybody',
        edit: 'creators',
        admin: 'approvers',
        'cluster-admin': [{ team: 'T1', user: 'U1' }, { group: 'S1' }],
      },
      KTHW_KUBECONFIG_DEFAULT_ROLE: 'admin',
    });
  });

  test.each([
    '',
    'view',
    'view=',
    'root=everyone',
    'view=nobody',
    'view=everyone;',
    'view=everyone,T1:U1',
    'view=everyone=creators',
    'view=everyone;view=creators',
    'view=everyone,edit=everyone',
  ])('refuses the roles "%s"', (value) => {
    expect(() => readConfig({ ...production, KTHW_KUBECONFIG_ROLES: value })).toThrow(
      'KTHW_KUBECONFIG_ROLES: must be ROLE=WHO entries',
    );
  });

  test('refuses a default role that no one can get, or that does not exist', () => {
    for (const [roles, defaultRole] of [
      ['edit=creators', undefined],
      ['view=creators', 'cluster-admin'],
      [undefined, 'cluster-admin'],
    ])
      expect(() =>
        readConfig({ ...production, KTHW_KUBECONFIG_ROLES: roles, KTHW_KUBECONFIG_DEFAULT_ROLE: defaultRole }),
      ).toThrow('KTHW_KUBECONFIG_DEFAULT_ROLE: must be a role of KTHW_KUBECONFIG_ROLES');
    expect(() => readConfig({ ...local, KTHW_KUBECONFIG_DEFAULT_ROLE: 'root' })).toThrow(
      'KTHW_KUBECONFIG_DEFAULT_ROLE: must be view, edit, admin or cluster-admin',
    );
  });
});
