import { takeBotMessage } from '../bot/apply-bot-message.ts';
import { parseBody } from '../bot/parse-body.ts';
import { commandFields } from '../bot/payload.ts';
import type { Channel } from '../model/conversation.ts';
import type { Person } from '../model/person.ts';
import { ApiError } from '../web-api/method.ts';
import type { Workspace } from '../workspace.ts';
import type { Ack } from './ack.ts';
import { commandText, typedText } from './format-message-text.ts';

/** Who says what where. */
export interface Utterance {
  person: Person;
  channel: Channel;
  text: string;
  threadTs?: string | undefined;
}

/** Sends a line that begins with a slash. What goes wrong is told to the person in an ephemeral message, as in Slack. */
export async function sendCommand(workspace: Workspace, said: Utterance): Promise<Ack> {
  const { person, channel } = said;
  const [, command = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(said.text.trim()) ?? [];
  if (said.threadTs !== undefined) return refuse(workspace, said, `${command} is not supported in threads. Sorry!`);
  if (!workspace.settings.commands.some((one) => one.command === command)) {
    return refuse(workspace, said, `${command} is not a valid command.`);
  }
  const path = workspace.responseUrls.give(workspace.team.data.team.id, { channel: channel.id, user: person.id });
  const text = commandText(workspace.team, rest);
  const responseUrl = workspace.baseUrl + path;
  const sent = await workspace.bot.command(commandFields(workspace, { person, channel, command, text, responseUrl }));
  if (!sent.ok) return failed(workspace, said, command, sent.error, sent.status);
  const body = parseBody(sent);
  try {
    if (body !== '') showAnswer(workspace, said, body);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return failed(workspace, said, command, error.message, sent.status);
  }
  return { ok: true, status: sent.status, body };
}

function showAnswer(workspace: Workspace, { person, channel, text }: Utterance, body: unknown): void {
  const { team } = workspace;
  const message = typeof body === 'string' ? { text: body } : body;
  if (Object.keys(message as object).length === 0) return;
  if (Reflect.get(message as object, 'response_type') === 'in_channel') {
    team.post({ channel: channel.id, user: person.id, text: typedText(team, text) });
  }
  takeBotMessage(workspace, { channel: channel.id, user: person.id }, message);
}

function refuse({ team }: Workspace, { person, channel, threadTs }: Utterance, text: string): Ack {
  const base = { channel: channel.id, user: 'USLACKBOT', visibleTo: person.id, text };
  team.post({ ...base, ...(threadTs && { threadTs }) });
  return { ok: false, error: text };
}

function failed(workspace: Workspace, said: Utterance, command: string, error: string, status?: number): Ack {
  refuse(workspace, said, `${command} failed with the error "${error}"`);
  return { ok: false, error, ...(status !== undefined && { status }) };
}
