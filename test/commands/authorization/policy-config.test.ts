import { describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';

const needed = {
  SLACK_SIGNING_SECRET: 's',
  SLACK_BOT_TOKEN: 'xoxb-1',
  GOOGLE_CLOUD_PROJECT: 'p',
};
/** With the emulators of Slack and Compute Engine. */
const local = { ...needed, SLACK_API_URL: 'http://127.0.0.1:9/api/', KTHW_COMPUTE_URL: 'http://127.0.0.1:9' };
const access = { KTHW_CHANNELS: 'C1', KTHW_CREATORS: 'T1:U1', KTHW_SSH_RANGES: '203.0.113.7' };

test.each(Object.keys(access))('requires %s with Slack and Compute Engine themselves', (name) => {
  expect(() => readConfig({ ...needed, ...access, [name]: undefined })).toThrow(`${name}: is required`);
  expect(readConfig({ ...needed, ...access }).KTHW_FOREIGN_TEAMS).toBeUndefined();
});

test('with the emulators, defaults to no restrictions and approvals that expire after 30 minutes', () => {
  const config = readConfig(local);
  expect(config.KTHW_APPROVAL_MINUTES).toBe(30);
  for (const name of ['KTHW_CHANNELS', 'KTHW_CREATORS', 'KTHW_APPROVERS', 'KTHW_MAX_DELETIONS'] as const) {
    expect(config[name]).toBeUndefined();
  }
});

test('reads users, groups and channels as comma-separated lists', () => {
  const config = readConfig({
    ...local,
    KTHW_CHANNELS: 'C1, C2',
    KTHW_CREATORS: 'T1:U1,T2:W2, S1',
    KTHW_APPROVERS: 'S1',
    KTHW_MAX_DELETIONS: '3',
    KTHW_APPROVAL_MINUTES: '5',
  });
  expect(config).toMatchObject({
    KTHW_CHANNELS: ['C1', 'C2'],
    KTHW_CREATORS: [{ team: 'T1', user: 'U1' }, { team: 'T2', user: 'W2' }, { group: 'S1' }],
    KTHW_APPROVERS: [{ group: 'S1' }],
    KTHW_MAX_DELETIONS: 3,
    KTHW_APPROVAL_MINUTES: 5,
  });
});

test.each([
  [undefined, ['0.0.0.0/0']],
  ['203.0.113.7', ['203.0.113.7/32']],
  ['203.0.113.8/29, 198.51.100.0/24', ['198.51.100.0/24', '203.0.113.8/29']],
])('accepts the SSH source ranges %s', (given, ranges) => {
  expect(readConfig({ ...local, ...(given ? { KTHW_SSH_RANGES: given } : {}) }).KTHW_SSH_RANGES).toEqual(ranges);
});

test('requires that each shared channel is an enabled channel', () => {
  const values = { ...local, KTHW_CHANNELS: 'C1,C2', KTHW_GUESTS: 'T1:U1,S1' };
  expect(readConfig({ ...values, KTHW_SHARED_CHANNELS: 'C2' })).toMatchObject({
    KTHW_GUESTS: [{ team: 'T1', user: 'U1' }, { group: 'S1' }],
    KTHW_SHARED_CHANNELS: ['C2'],
  });
  expect(() => readConfig({ ...values, KTHW_SHARED_CHANNELS: 'C3' })).toThrow(
    'KTHW_SHARED_CHANNELS: must contain only channels of KTHW_CHANNELS',
  );
});

test('reads budgets, and requires that the default machine type is allowed', () => {
  const budgets = {
    KTHW_MAX_CLUSTERS: '5',
    KTHW_MAX_VCPUS: '64',
    KTHW_MACHINE_FAMILIES: 'e2, n2',
    KTHW_MAX_TTL: '2d',
    KTHW_TTL_REQUIRED: 'on',
  };
  expect(readConfig({ ...local, ...budgets })).toMatchObject({
    KTHW_MAX_CLUSTERS: 5,
    KTHW_MAX_VCPUS: 64,
    KTHW_MACHINE_FAMILIES: ['e2', 'n2'],
    KTHW_MAX_TTL: 172_800_000,
    KTHW_TTL_REQUIRED: 'on',
  });
  expect(() => readConfig({ ...local, KTHW_MACHINE_FAMILIES: 'n2' })).toThrow(
    'KTHW_MACHINE_FAMILIES: must contain the series of KTHW_MACHINE_TYPE',
  );
});

describe('rejects lists that name no one, or are ambiguous', () => {
  test.each([
    ['KTHW_CREATORS', ''],
    ['KTHW_CREATORS', 'U1'],
    ['KTHW_CREATORS', '@ada'],
    ['KTHW_CREATORS', 'T1:U1,'],
    ['KTHW_CREATORS', 'T1:U1 T1:U2'],
    ['KTHW_APPROVERS', ''],
    ['KTHW_APPROVERS', 'operators'],
    ['KTHW_FOREIGN_TEAMS', ''],
    ['KTHW_FOREIGN_TEAMS', 'U1'],
    ['KTHW_GUESTS', ''],
    ['KTHW_GUESTS', 'U1'],
    ['KTHW_SHARED_CHANNELS', ''],
    ['KTHW_SHARED_CHANNELS', '#partners'],
    ['KTHW_CHANNELS', ''],
    ['KTHW_CHANNELS', '#clusters'],
    ['KTHW_MAX_CLUSTERS', '0'],
    ['KTHW_MAX_VCPUS', 'few'],
    ['KTHW_MACHINE_FAMILIES', 'e2-standard-2'],
    ['KTHW_MAX_TTL', '2'],
    ['KTHW_MAX_TTL', '91d'],
    ['KTHW_TTL_REQUIRED', 'yes'],
    ['KTHW_MAX_DELETIONS', 'many'],
    ['KTHW_MAX_DELETIONS', '-1'],
    ['KTHW_APPROVAL_MINUTES', '0'],
    ['KTHW_SSH_RANGES', ''],
    ['KTHW_SSH_RANGES', 'home'],
    ['KTHW_SSH_RANGES', '203.0.113.7/24'],
    ['KTHW_SSH_RANGES', '203.0.113.0/24 198.51.100.0/24'],
  ])('%s "%s"', (name, value) => {
    expect(() => readConfig({ ...local, [name]: value })).toThrow(`${name}: `);
  });
});
