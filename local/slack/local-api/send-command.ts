import { applyBotMessage } from '../bot/apply-bot-message.ts';
import { parseBody } from '../bot/parse-body.ts';
import { buildCommandFields } from '../bot/payload.ts';
import type { Channel } from '../model/conversation.ts';
import type { Person } from '../model/person.ts';
import { ApiError } from '../web-api/method.ts';
import type { Workspace } from '../workspace.ts';
import type { Ack } from './ack.ts';
import { formatCommandText, formatMessageText } from './format-message-text.ts';

/** A message or command of a user. */
export interface UserMessage {
  person: Person;
  channel: Channel;
  text: string;
  threadTs?: string | undefined;
}

/** Sends a slash command. Errors are shown to the user in an ephemeral message, as in Slack. */
export async function sendCommand(workspace: Workspace, userMessage: UserMessage): Promise<Ack> {
  const { person, channel } = userMessage;
  const [, command = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(userMessage.text.trim()) ?? [];
  if (userMessage.threadTs !== undefined)
    return rejectCommand(workspace, userMessage, `${command} is not supported in threads. Sorry!`);
  if (!workspace.settings.commands.some((one) => one.command === command)) {
    return rejectCommand(workspace, userMessage, `${command} is not a valid command.`);
  }
  // Slack doesn't document whether people of other organizations have commands of this workspace's apps (2026-12-01).
  if (person.homeTeam !== undefined) return rejectCommand(workspace, userMessage, `${command} is not a valid command.`);
  const path = workspace.responseUrls.issue(workspace.team.data.team.id, { channel: channel.id, user: person.id });
  const text = formatCommandText(workspace.team, rest);
  const responseUrl = workspace.baseUrl + path;
  const result = await workspace.bot.sendCommand(
    buildCommandFields(workspace, { person, channel, command, text, responseUrl }),
  );
  if (!result.ok) return reportFailure(workspace, userMessage, command, result.error, result.status);
  const body = parseBody(result);
  try {
    if (body !== '') showResponse(workspace, userMessage, body);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return reportFailure(workspace, userMessage, command, error.message, result.status);
  }
  return { ok: true, status: result.status, body };
}

function showResponse(workspace: Workspace, { person, channel, text }: UserMessage, body: unknown): void {
  const { team } = workspace;
  const message = typeof body === 'string' ? { text: body } : body;
  if (Object.keys(message as object).length === 0) return;
  if (Reflect.get(message as object, 'response_type') === 'in_channel') {
    team.postMessage({ channel: channel.id, user: person.id, text: formatMessageText(team, text) });
  }
  applyBotMessage(workspace, { channel: channel.id, user: person.id }, message);
}

function rejectCommand({ team }: Workspace, { person, channel, threadTs }: UserMessage, text: string): Ack {
  const base = { channel: channel.id, user: 'USLACKBOT', visibleTo: person.id, text };
  team.postMessage({ ...base, ...(threadTs && { threadTs }) });
  return { ok: false, error: text };
}

function reportFailure(
  workspace: Workspace,
  userMessage: UserMessage,
  command: string,
  error: string,
  status?: number,
): Ack {
  rejectCommand(workspace, userMessage, `${command} failed with the error "${error}"`);
  return { ok: false, error, ...(status !== undefined && { status }) };
}
