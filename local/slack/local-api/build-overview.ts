import type { Channel } from '../model/conversation.ts';
import type { Person } from '../model/person.ts';
import type { Workspace } from '../workspace.ts';

/** Builds a user's sidebar: the team, its users and all accessible channels with unread counts. */
export function buildOverview(workspace: Workspace, me: Person): object {
  const { team, settings, bot } = workspace;
  const { data } = team;
  for (const person of data.people) {
    if (person.id === data.botUser) team.openDm(data.botUser, me.id);
  }
  return {
    team: data.team,
    me,
    bot: { user: data.botUser, connected: bot.url !== undefined },
    people: data.people,
    groups: data.groups,
    commands: settings.commands,
    channels: data.channels
      .filter((one) => team.canRead(me.id, one))
      .map((one) => buildChannelEntry(workspace, me, one)),
  };
}

function buildChannelEntry({ team }: Workspace, me: Person, channel: Channel): object {
  const lastReadTs = team.data.reads[me.id]?.[channel.id] ?? '0';
  const unread = team
    .listMessages(channel.id, me.id)
    .filter((one) => one.user !== me.id && one.ts > lastReadTs && (one.threadTs === undefined || one.broadcast));
  const mentions = unread.filter(({ text, visibleTo }) => visibleTo === me.id || text.includes(`<@${me.id}>`));
  const { id, name, kind, isPrivate, topic, members } = channel;
  return {
    id,
    name,
    kind,
    isPrivate,
    topic,
    members,
    unread: unread.length,
    mentions: kind === 'im' ? unread.length : mentions.length,
    hasBot: members.includes(team.data.botUser),
    ...(kind === 'im' && { with: members.find((one) => one !== me.id) ?? me.id }),
  };
}
