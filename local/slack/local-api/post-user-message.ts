import { buildEventEnvelope } from '../bot/payload.ts';
import { createId } from '../identifiers.ts';
import type { Message } from '../model/conversation.ts';
import type { Person } from '../model/person.ts';
import { toApiView } from '../to-api-view.ts';
import type { Workspace } from '../workspace.ts';
import { formatMessageText } from './format-message-text.ts';
import type { UserMessage } from './send-command.ts';

/** Posts a user's message and sends an event to the bot for direct messages and mentions. */
export function postUserMessage(workspace: Workspace, { person, channel, text, threadTs }: UserMessage): Message {
  const { team } = workspace;
  const bot = team.data.botUser;
  if (!channel.members.includes(person.id)) team.addMember(channel, person.id);
  const message = team.postMessage({
    channel: channel.id,
    user: person.id,
    text: formatMessageText(team, text),
    ...(threadTs && { threadTs }),
  });
  const event = {
    user: person.id,
    text: message.text,
    ts: message.ts,
    event_ts: message.ts,
    channel: channel.id,
    team: person.homeTeam ?? team.data.team.id,
    // Slack adds both to messages of shared channels. https://docs.slack.dev/apis/slack-connect (2026-12-01)
    ...(channel.sharedWith && { user_team: person.homeTeam ?? team.data.team.id, source_team: person.homeTeam }),
    ...(threadTs && { thread_ts: threadTs }),
  };
  if (channel.kind === 'im' && channel.members.includes(bot)) {
    sendEvent(workspace, { type: 'message', channel_type: 'im', ...event });
  } else if (channel.members.includes(bot) && message.text.includes(`<@${bot}>`)) {
    sendEvent(workspace, { type: 'app_mention', ...event }, channel.sharedWith === 'organization');
  }
  return message;
}

/** Opens the bot's Home tab and sends `app_home_opened` to the bot. */
export function openHome(workspace: Workspace, person: Person): void {
  const { team } = workspace;
  const view = team.data.homes[person.id];
  sendEvent(workspace, {
    type: 'app_home_opened',
    user: person.id,
    channel: team.openDm(team.data.botUser, person.id).channel.id,
    tab: 'home',
    event_ts: team.nextTs(),
    ...(view && { view: toApiView(team, view) }),
  });
}

function sendEvent(workspace: Workspace, event: object, isExternal = false): void {
  workspace.bot.sendEvent(buildEventEnvelope(workspace, createId('Ev'), event, isExternal));
}
