import { describe, expect, test } from 'vitest';
import { type Action, findDenial, findScalingDenial } from '../../../src/commands/authorization/find-denial.ts';
import type { GroupMembers } from '../../../src/commands/authorization/group-members.ts';
import { allowAllPolicy, type Policy } from '../../../src/commands/authorization/policy.ts';
import type { Person } from '../../../src/store/person.ts';

const ada = { team: 'T1', user: 'U1' };
const grace = { team: 'T1', user: 'U2' };
const linus = { team: 'T1', user: 'U3' };
/** Somebody of another team, in a shared channel, whose id happens to be Ada's. */
const stranger = { team: 'T2', user: 'U1' };
const ops = { group: 'S1' };
const [look, create] = [{ kind: 'look' }, { kind: 'create' }] as const;
const yes = (runRequester?: Person, deletionCount = 3, resumedBy: readonly Person[] = []): Action => ({
  kind: 'answer',
  isApproval: true,
  runRequesters: [...(runRequester ? [runRequester] : []), ...resumedBy],
  deletionCount,
});
const no = (runRequester?: Person): Action => ({
  kind: 'answer',
  isApproval: false,
  runRequesters: runRequester ? [runRequester] : [],
  deletionCount: 3,
});
const inOps = (...people: readonly Person[]): GroupMembers => new Map([['S1', people]]);
const unread: GroupMembers = new Map();
const may = undefined;

/** The policy's change from everybody, who is in S1, who, what, and why not. */
type Row = readonly [string, Partial<Policy>, GroupMembers, Person, Action, string | undefined];

describe('the policy', () => {
  const rows: readonly Row[] = [
    ['anyone looks by default', {}, unread, linus, look, may],
    ['anyone creates by default', {}, unread, linus, create, may],
    ['anyone approves by default', {}, unread, linus, yes(ada), may],
    ['a requester approves their own request by default', {}, unread, ada, yes(ada), may],
    ['any number of deletions is approved by default', {}, unread, ada, yes(ada, 25), may],

    ['an enabled channel is allowed', { channels: ['C1'] }, unread, ada, create, may],
    ['another channel allows no creation', { channels: ['C2'] }, unread, ada, create, 'channel'],
    ['another channel allows no reads', { channels: ['C2'] }, unread, ada, look, 'channel'],
    ['another channel allows no decisions', { channels: ['C2'] }, unread, ada, no(ada), 'channel'],

    ['anyone revokes any kubeconfig by default', {}, unread, linus, { kind: 'revoke', owner: ada }, may],
    [
      'anyone who creates revokes kubeconfigs of others, even with named approvers',
      { approvers: [grace] },
      unread,
      linus,
      { kind: 'revoke', owner: ada },
      may,
    ],
    ['anyone revokes their own kubeconfigs', { creators: [grace] }, unread, ada, { kind: 'revoke', owner: ada }, may],
    [
      'a creator revokes kubeconfigs of others',
      { creators: [grace] },
      unread,
      grace,
      { kind: 'revoke', owner: ada },
      may,
    ],
    [
      'an approver revokes kubeconfigs of others',
      { creators: [grace], approvers: [ops] },
      inOps(linus),
      linus,
      { kind: 'revoke', owner: ada },
      may,
    ],
    [
      'other users revoke no kubeconfigs of others',
      { creators: [grace] },
      unread,
      linus,
      { kind: 'revoke', owner: ada },
      'not-yours',
    ],
    [
      'a user of another team with the same ID revokes none',
      { creators: [grace] },
      unread,
      stranger,
      { kind: 'revoke', owner: ada },
      'not-yours',
    ],
    [
      'another channel allows no revocation',
      { channels: ['C2'] },
      unread,
      ada,
      { kind: 'revoke', owner: ada },
      'channel',
    ],

    ['a creator creates', { creators: [ada] }, unread, ada, create, may],
    ['other users look', { creators: [ada] }, unread, grace, look, may],
    ['other users don’t create', { creators: [ada] }, unread, grace, create, 'not-a-creator'],
    ['the same ID in another team is another user', { creators: [ada] }, unread, stranger, create, 'not-a-creator'],
    ['a group member creates', { creators: [ops] }, inOps(ada), ada, create, may],
    ['a user outside the group does not create', { creators: [ops] }, inOps(ada), grace, create, 'not-a-creator'],
    [
      'a user of another team with the same id is not in the group',
      { creators: [ops] },
      inOps(ada),
      stranger,
      create,
      'not-a-creator',
    ],
    ['an empty group has no creators', { creators: [ops] }, inOps(), ada, create, 'not-a-creator'],
    ['an unreadable group denies creation', { creators: [ops] }, unread, ada, create, 'unreadable'],
    ['a named creator needs no group', { creators: [ops, ada] }, unread, ada, create, may],

    ['creators approve without named approvers', { creators: [ada, grace] }, unread, grace, yes(ada), may],
    ['other users don’t approve', { creators: [ada, grace] }, unread, linus, yes(ada), 'not-an-approver'],
    ['an approver approves', { approvers: [grace] }, unread, grace, yes(ada), may],
    ['a creator is no approver', { creators: [ada], approvers: [grace] }, unread, ada, yes(linus), 'not-an-approver'],
    ['an approver is no creator', { creators: [ada], approvers: [grace] }, unread, grace, create, 'not-a-creator'],
    [
      'an approver’s id in another team is a different user',
      { approvers: [ada] },
      unread,
      stranger,
      yes(grace),
      'not-an-approver',
    ],
    ['a group member approves', { approvers: [ops] }, inOps(grace), grace, yes(ada), may],
    ['an unreadable group denies approval', { approvers: [ops] }, unread, grace, yes(ada), 'unreadable'],

    ['the only approver approves their own request', { approvers: [ada] }, unread, ada, yes(ada), may],
    ['an approver named twice is still the only one', { approvers: [ada, ada] }, unread, ada, yes(ada), may],
    ['the only group member approves their own request', { approvers: [ops] }, inOps(ada), ada, yes(ada), may],
    [
      'with a second approver, no one approves their own request',
      { approvers: [ada, grace] },
      unread,
      ada,
      yes(ada),
      'own-request',
    ],
    [
      'someone who resumed a run does not approve it',
      { approvers: [ada, grace] },
      unread,
      ada,
      yes(linus, 3, [ada]),
      'own-request',
    ],
    [
      'an approver who neither requested nor resumed it does',
      { approvers: [ada, grace] },
      unread,
      grace,
      yes(linus, 3, [ada]),
      may,
    ],
    [
      'two approvers who both resumed it are the only ones left',
      { approvers: [ada, grace] },
      unread,
      ada,
      yes(linus, 3, [ada, grace]),
      may,
    ],
    [
      'with a second creator, no one approves their own request',
      { creators: [ada, grace] },
      unread,
      ada,
      yes(ada),
      'own-request',
    ],
    [
      'with a second group member, no one approves their own request',
      { approvers: [ops] },
      inOps(ada, grace),
      ada,
      yes(ada),
      'own-request',
    ],
    [
      'with a member of another group, no one approves their own request',
      { approvers: [ada, ops] },
      inOps(grace),
      ada,
      yes(ada),
      'own-request',
    ],
    [
      'with a group of only themselves, the approver approves their own request',
      { approvers: [ada, ops] },
      inOps(ada),
      ada,
      yes(ada),
      may,
    ],
    ['an unreadable group denies an own approval', { approvers: [ada, ops] }, unread, ada, yes(ada), 'unreadable'],
    [
      'their ID in another team is a second approver',
      { approvers: [ada, stranger] },
      unread,
      ada,
      yes(ada),
      'own-request',
    ],
    [
      'a request of their ID in another team is not their own',
      { approvers: [ada, grace] },
      unread,
      ada,
      yes(stranger),
      may,
    ],

    ['the requester rejects their own request', { approvers: [grace] }, unread, ada, no(ada), may],
    ['an approver rejects', { approvers: [grace] }, unread, grace, no(ada), may],
    ['other users don’t reject', { approvers: [grace] }, unread, linus, no(ada), 'not-an-approver'],

    ['the maximum number of deletions is approved', { maxDeletions: 3 }, unread, ada, yes(ada, 3), may],
    ['more deletions are not approved', { maxDeletions: 3 }, unread, ada, yes(ada, 4), 'too-many'],
    ['more deletions can be rejected', { maxDeletions: 2 }, unread, ada, no(ada), may],
    [
      "the only approver can't exceed the limit",
      { approvers: [ada], maxDeletions: 3 },
      unread,
      ada,
      yes(ada, 4),
      'too-many',
    ],
    [
      'the requester rule is checked before the limit',
      { approvers: [ada, grace], maxDeletions: 3 },
      unread,
      ada,
      yes(ada, 4),
      'own-request',
    ],
  ];

  test.each(rows)('%s', (_, change, members, requester, action, reason) => {
    expect(findDenial({ ...allowAllPolicy, ...change }, requester, 'C1', action, members)?.reason).toBe(reason);
  });
});

describe('a scaling', () => {
  test.each([
    [undefined, -3, may],
    [undefined, 10, may],
    [undefined, 11, { reason: 'too-many', deletionCount: 11, limit: 10 }],
    [2, 2, may],
    [2, 3, { reason: 'too-many', deletionCount: 3, limit: 2 }],
    [15, 12, may],
    [0, 1, { reason: 'too-many', deletionCount: 1, limit: 0 }],
    [0, 0, may],
  ])('with a limit of %s that deletes %i instances', (maxDeletions, deletionCount, denial) => {
    expect(findScalingDenial({ ...allowAllPolicy, maxDeletions }, deletionCount)).toEqual(denial);
  });
});
