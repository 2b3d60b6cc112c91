import type { Channel } from './model/conversation.ts';
import type { Person } from './model/person.ts';
import type { TeamData } from './model/team-data.ts';

const botUserId = 'U0000BOT0';

function createPerson(id: string, name: string, realName: string): Person {
  return { id, name, realName, email: `${name}@example.com`, isBot: false };
}

function createChannel(id: string, name: string, topic: string, members: string[], isPrivate = false): Channel {
  return { id, name, kind: 'channel', isPrivate, topic, creator: 'U0000ADA0', created: 1_700_000_000, members };
}

/**
 * Creates the initial team: three users, the bot and three channels. The bot is not a member of #random.
 * @param botName the bot's handle
 */
export function createSeedData(botName: string): TeamData {
  const people = [
    createPerson('U0000ADA0', 'ada', 'Ada Lovelace'),
    createPerson('U000GRACE', 'grace', 'Grace Hopper'),
    createPerson('U000LINUS', 'linus', 'Linus Torvalds'),
  ];
  const everyone = people.map(({ id }) => id);
  return {
    team: { id: 'T0000LOCAL', name: 'Local', domain: 'local' },
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
      createChannel('C0CLUSTER', 'clusters', 'Kubernetes clusters', [...everyone, botUserId]),
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
