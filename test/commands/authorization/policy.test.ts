import { describe, expect, test } from 'vitest';
import {
  type Action,
  findDenial,
  findScalingDenial,
  type GroupMembers,
} from '../../../src/commands/authorization/find-denial.ts';
import { allowAllPolicy, type Policy } from '../../../src/commands/authorization/policy.ts';
import type { Person } from '../../../src/store/person.ts';

const ada = { team: 'T1', user: 'U1' };
const grace = { team: 'T1', user: 'U2' };
const linus = { team: 'T1', user: 'U3' };
/** Somebody of another team, in a shared channel, whose id happens to be Ada's. */
const stranger = { team: 'T2', user: 'U1' };
const ops = { group: 'S1' };
const [look, create] = [{ kind: 'look' }, { kind: 'create' }] as const;
const yes = (runRequester?: Person, deletionCount = 3): Action => ({
  kind: 'answer',
  isApproval: true,
  runRequester,
  deletionCount,
});
const no = (runRequester?: Person): Action => ({ kind: 'answer', isApproval: false, runRequester, deletionCount: 3 });
const inOps = (...people: readonly Person[]): GroupMembers => new Map([['S1', people]]);
const unread: GroupMembers = new Map();
const may = undefined;

/** The policy's change from everybody, who is in S1, who, what, and why not. */
type Row = readonly [string, Partial<Policy>, GroupMembers, Person, Action, string | undefined];

describe('the policy', () => {
  const rows: readonly Row[] = [
    ['by default anybody looks', {}, unread, linus, look, may],
    ['by default anybody creates', {}, unread, linus, create, may],
    ['by default anybody approves', {}, unread, linus, yes(ada), may],
    ['by default people approve their own', {}, unread, ada, yes(ada), may],
    ['by default any number of machines is approved', {}, unread, ada, yes(ada, 25), may],

    ['in a channel that is named', { channels: ['C1'] }, unread, ada, create, may],
    ['in another channel nothing is done', { channels: ['C2'] }, unread, ada, create, 'channel'],
    ['in another channel nothing is looked at', { channels: ['C2'] }, unread, ada, look, 'channel'],
    ['in another channel nothing is answered', { channels: ['C2'] }, unread, ada, no(ada), 'channel'],

    ['by default anybody ends anybody’s kubeconfigs', {}, unread, linus, { kind: 'revoke', owner: ada }, may],
    ['one’s own anybody ends', { creators: [grace] }, unread, ada, { kind: 'revoke', owner: ada }, may],
    ['a creator ends those of others', { creators: [grace] }, unread, grace, { kind: 'revoke', owner: ada }, may],
    [
      'an approver does too',
      { creators: [grace], approvers: [ops] },
      inOps(linus),
      linus,
      { kind: 'revoke', owner: ada },
      may,
    ],
    ['nobody else does', { creators: [grace] }, unread, linus, { kind: 'revoke', owner: ada }, 'not-yours'],
    [
      'a user of another team with the same id does not',
      { creators: [grace] },
      unread,
      stranger,
      { kind: 'revoke', owner: ada },
      'not-yours',
    ],
    [
      'nothing is revoked from another channel',
      { channels: ['C2'] },
      unread,
      ada,
      { kind: 'revoke', owner: ada },
      'channel',
    ],

    ['a creator creates', { creators: [ada] }, unread, ada, create, may],
    ['others look', { creators: [ada] }, unread, grace, look, may],
    ['others don’t create', { creators: [ada] }, unread, grace, create, 'not-a-creator'],
    ['the same id in another team is somebody else', { creators: [ada] }, unread, stranger, create, 'not-a-creator'],
    ['one of a group creates', { creators: [ops] }, inOps(ada), ada, create, may],
    ['others of a group don’t', { creators: [ops] }, inOps(ada), grace, create, 'not-a-creator'],
    [
      'a user of another team with the same id is not in the group',
      { creators: [ops] },
      inOps(ada),
      stranger,
      create,
      'not-a-creator',
    ],
    ['nobody is in an empty group', { creators: [ops] }, inOps(), ada, create, 'not-a-creator'],
    ['a group that can’t be read holds nobody', { creators: [ops] }, unread, ada, create, 'unreadable'],
    ['who is named needs no group', { creators: [ops, ada] }, unread, ada, create, may],

    ['creators approve where nobody is named for it', { creators: [ada, grace] }, unread, grace, yes(ada), may],
    ['others don’t', { creators: [ada, grace] }, unread, linus, yes(ada), 'not-an-approver'],
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
    ['one of a group approves', { approvers: [ops] }, inOps(grace), grace, yes(ada), may],
    ['a group that can’t be read approves nothing', { approvers: [ops] }, unread, grace, yes(ada), 'unreadable'],

    ['the only approver approves their own', { approvers: [ada] }, unread, ada, yes(ada), may],
    ['named twice is still the only one', { approvers: [ada, ada] }, unread, ada, yes(ada), may],
    ['the only one of a group too', { approvers: [ops] }, inOps(ada), ada, yes(ada), may],
    ['with a second one nobody approves their own', { approvers: [ada, grace] }, unread, ada, yes(ada), 'own-request'],
    [
      'with a second creator, no one approves their own request',
      { creators: [ada, grace] },
      unread,
      ada,
      yes(ada),
      'own-request',
    ],
    ['with a second one in a group', { approvers: [ops] }, inOps(ada, grace), ada, yes(ada), 'own-request'],
    [
      'with an additional group that has another member',
      { approvers: [ada, ops] },
      inOps(grace),
      ada,
      yes(ada),
      'own-request',
    ],
    ['with a group beside them that holds only them', { approvers: [ada, ops] }, inOps(ada), ada, yes(ada), may],
    ['with a group beside them that can’t be counted', { approvers: [ada, ops] }, unread, ada, yes(ada), 'unreadable'],
    [
      'their id in another team is a second approver',
      { approvers: [ada, stranger] },
      unread,
      ada,
      yes(ada),
      'own-request',
    ],
    ['what their double asked for is not their own', { approvers: [ada, grace] }, unread, ada, yes(stranger), may],

    ['who asked may take it back', { approvers: [grace] }, unread, ada, no(ada), may],
    ['an approver may refuse', { approvers: [grace] }, unread, grace, no(ada), may],
    ['others may not even refuse', { approvers: [grace] }, unread, linus, no(ada), 'not-an-approver'],

    ['as many machines as one run may', { maxDeletions: 3 }, unread, ada, yes(ada, 3), may],
    ['more are not approved', { maxDeletions: 3 }, unread, ada, yes(ada, 4), 'too-many'],
    ['more are refused by whoever likes', { maxDeletions: 2 }, unread, ada, no(ada), may],
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
