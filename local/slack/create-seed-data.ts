import type { Channel } from './model/conversation.ts';
import type { Person } from './model/person.ts';
import type { TeamData } from './model/team-data.ts';

const bot = 'U0000BOT0';

function person(id: string, name: string, realName: string): Person {
  return { id, name, realName, email: `${name}@example.com`, isBot: false };
}

function channel(id: string, name: string, topic: string, members: string[], isPrivate = false): Channel {
  return { id, name, kind: 'channel', isPrivate, topic, creator: 'U0000ADA0', created: 1_700_000_000, members };
}

/**
 * A team on its first day: three people, the bot, and three channels, one of which (#random) the bot is not in.
 * @param botName handle of the bot
 */
export function seed(botName: string): TeamData {
  const people = [
    person('U0000ADA0', 'ada', 'Ada Lovelace'),
    person('U000GRACE', 'grace', 'Grace Hopper'),
    person('U000LINUS', 'linus', 'Linus Torvalds'),
  ];
  const everyone = people.map(({ id }) => id);
  return {
    team: { id: 'T0000LOCAL', name: 'Local', domain: 'local' },
    appId: 'A0000KTHW',
    botUser: bot,
    botId: 'B0000KTHW',
    people: [
      ...people,
      { id: bot, name: botName, realName: botName, email: '', isBot: true },
      { id: 'USLACKBOT', name: 'slackbot', realName: 'Slackbot', email: '', isBot: true },
    ],
    groups: [{ id: 'S0000OPS0', handle: 'operators', name: 'Operators', users: ['U0000ADA0', 'U000GRACE'] }],
    channels: [
      channel('C0GENERAL', 'general', 'Everybody', [...everyone, bot]),
      channel('C0CLUSTER', 'clusters', 'Where clusters are made', [...everyone, bot]),
      channel('C00RANDOM', 'random', 'Anything else', everyone),
      channel('C000VAULT', 'vault', 'Private, without Linus and the bot', ['U0000ADA0', 'U000GRACE'], true),
    ],
    messages: [],
    files: [],
    homes: {},
    reads: {},
  };
}
