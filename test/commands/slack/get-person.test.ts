import { expect, test } from 'vitest';
import { getPerson } from '../../../src/commands/slack/get-person.ts';

type Identity = Parameters<typeof getPerson>[0];

/** Fields of each surface, as Slack documents them for each kind of workspace. */
const surfaces: Readonly<Record<string, Readonly<Record<string, Omit<Identity, 'user'>>>>> = {
  plain: {
    command: { workspace: 'T1' },
    button: { home: 'T1', workspace: 'T1' },
    modal: { home: 'T1', workspace: 'T1' },
    mention: { home: 'T1', workspace: 'T1' },
    'mention without a team': { workspace: 'T1', enterprise: null },
    home: { workspace: 'T1' },
  },
  grid: {
    command: { workspace: 'T1', enterprise: 'E1' },
    button: { home: 'E1', workspace: 'T1', enterprise: 'E1' },
    'button in another workspace of the organization': { home: 'T2', workspace: 'T2', enterprise: 'E1' },
    modal: { home: 'E1', workspace: null, enterprise: 'E1' },
    mention: { home: 'E1', workspace: 'T1', enterprise: 'E1' },
    home: { workspace: 'T1', enterprise: 'E1' },
  },
  connect: {
    button: { home: 'T9', workspace: 'T1' },
    modal: { home: 'T9', workspace: 'T1' },
    mention: { home: 'T9', workspace: 'T1' },
    'mention on a grid': { home: 'T9', workspace: 'T1', enterprise: 'E1' },
  },
};

const expected = {
  plain: { person: { team: 'T1', user: 'U1' }, isForeign: false },
  grid: { person: { team: 'E1', user: 'U1' }, isForeign: false },
  connect: { person: { team: 'T9', user: 'U1' }, isForeign: true },
} as const;

test.each(Object.entries(expected))('a person of a %s workspace has one id on all surfaces', (kind, identified) => {
  for (const [surface, identity] of Object.entries(surfaces[kind] ?? {}))
    expect([surface, getPerson({ user: 'U1', ...identity })]).toEqual([surface, identified]);
});

test('an organization of a foreign person is foreign', () => {
  expect(getPerson({ user: 'U1', home: 'E9', workspace: 'T1', enterprise: 'E1' })).toEqual({
    person: { team: 'E9', user: 'U1' },
    isForeign: true,
  });
});
