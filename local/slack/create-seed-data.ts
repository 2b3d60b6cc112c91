import type { Channel } from './model/conversation.ts';
import type { Person } from './model/person.ts';
import type { TeamData } from './model/team-data.ts';
import type { Edition } from './slack-emulator-options.ts';

const botUserId = 'U0000BOT0';

function createPerson(id: string, name: string, realName: string): Person {
  return { id, name, realName, email: `${name}@example.com`, isBot: false };
}

function createChannel(id: string, name: string, topic: string, members: string[], isPrivate = false): Channel {
  return { id, name, kind: 'channel', isPrivate, topic, creator: 'U0000ADA0', created: 1_700_000_000, members };
}

const guests: readonly Person[] = [
  { ...createPerson('U0BARBARA', 'barbara', 'Barbara Liskov'), guest: 'multi' },
  { ...createPerson('U0KATHERI', 'katherine', 'Katherine Johnson'), guest: 'single' },
];
const partner: Person = { ...createPerson('U0000HEDY', 'hedy', 'Hedy Lamarr'), homeTeam: 'T000OTHER' };
const enterprise = { id: 'E0000LOCAL', name: 'Local Organization' };

/**
 * Creates the initial team: three users, the bot and three channels. The bot is not a member of #random.
 * @param botName the bot's handle
 */
export function createSeedData(botName: string, edition: Edition = 'plain'): TeamData {
  const members = [
    createPerson('U0000ADA0', 'ada', 'Ada Lovelace'),
    createPerson('U000GRACE', 'grace', 'Grace Hopper'),
    createPerson('U000LINUS', 'linus', 'Linus Torvalds'),
  ];
  const everyone = members.map(({ id }) => id);
  const people = [...members, ...(edition === 'guest' ? guests : []), ...(edition === 'connect' ? [partner] : [])];
  const clusterMembers = [...everyone, botUserId, ...(edition === 'guest' ? guests.map(({ id }) => id) : [])];
  const partners = createChannel('C0PARTNER', 'partners', 'Shared', [...everyone, botUserId, partner.id]);
  return {
    team: { id: 'T0000LOCAL', name: 'Local', domain: 'local', ...(edition === 'grid' ? { enterprise } : {}) },
    appId: 'A0000KTHW',
    botUser: botUserId,
    botId: 'B0000KTHW',
    people: [
      ...people,
      { id: botUserId, name: botName, realName: botName, email: '', isBot: true },
      { id: 'USLACKBOT', name: 'slackbot', realName: 'Slackbot', email: '', isBot: true },
    ],
    groups: [{ id: 'S0000OPS0', handle: 'operators', name: 'Operators', users: ['U0000ADA0', 'U000GRACE'] }],
    channels: [
      createChannel('C0GENERAL', 'general', 'Team-wide announcements', [...everyone, botUserId]),
      createChannel('C0CLUSTER', 'clusters', 'Kubernetes clusters', clusterMembers),
      ...(edition === 'connect' ? [{ ...partners, sharedWith: 'organization' as const }] : []),
      createChannel('C00RANDOM', 'random', 'Off-topic', everyone),
      createChannel(
        'C000VAULT',
        'vault',
        'Private; Linus and the bot are not members',
        ['U0000ADA0', 'U000GRACE'],
        true,
      ),
    ],
    messages: [],
    files: [],
    homes: {},
    reads: {},
  };
}
