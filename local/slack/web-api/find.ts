import { isTimestamp } from '../identifiers.ts';
import type { Channel, Message } from '../model/conversation.ts';
import type { Person } from '../model/person.ts';
import type { Workspace } from '../workspace.ts';
import { ApiError } from './method.ts';

/** Finds objects by the arguments of a method, with the bot's permissions. @throws {ApiError} with Slack's error name */
export const find = {
  /** Finds a channel visible to the bot: public, or with the bot as a member. */
  channel({ team }: Workspace, id: string): Channel {
    const channel = team.findChannel(id);
    const bot = team.data.botUser;
    if (!channel || (channel.isPrivate && !channel.members.includes(bot))) throw new ApiError('channel_not_found');
    return channel;
  },

  /** Finds a channel with the bot as a member. */
  joinedChannel(workspace: Workspace, id: string): Channel {
    const channel = find.channel(workspace, id);
    if (!channel.members.includes(workspace.team.data.botUser)) throw new ApiError('not_in_channel');
    return channel;
  },

  /** Finds a message's target: a channel by id or name, or a user, whose direct message conversation is opened. */
  destination(workspace: Workspace, id: string): Channel {
    const { team, settings } = workspace;
    const person = team.findPerson(id);
    if (person && !person.isBot) return team.openDm(team.data.botUser, person.id).channel;
    const channel = find.channel(workspace, id);
    const open = !channel.isPrivate && settings.scopes.includes('chat:write.public');
    return open ? channel : find.joinedChannel(workspace, id);
  },

  /** Returns the `ts` of the thread's parent message, given any message of the thread. */
  threadTs({ team }: Workspace, channel: Channel, ts: string | undefined): string | undefined {
    if (ts === undefined || ts === '') return undefined;
    const message = isTimestamp(ts) ? team.findMessage(channel.id, ts) : undefined;
    if (!message || message.visibleTo !== undefined) throw new ApiError('thread_not_found');
    return message.threadTs ?? message.ts;
  },

  message({ team }: Workspace, channel: Channel, ts: string): Message {
    const message = team.findMessage(channel.id, ts);
    if (!message || message.visibleTo !== undefined || message.tombstone) throw new ApiError('message_not_found');
    return message;
  },

  person({ team }: Workspace, id: string): Person {
    const person = team.findPerson(id);
    if (!person) throw new ApiError('user_not_found');
    return person;
  },
};
