import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiMessage, SlackEmulatorClient } from '../../local/slack/slack-emulator-client.ts';

const people = ['ada', 'grace', 'linus'] as const;
const channels = ['general', 'clusters', 'random', 'vault'] as const;

/**
 * All messages visible to any user in channels, including replies and ephemeral ones, as JSON prefixed with `PERSON
 * CHANNEL`.
 */
export async function channelMessages(workspace: SlackEmulatorClient): Promise<string[]> {
  const all: string[] = [];
  for (const person of people) {
    for (const channel of channels) {
      const shown = await workspace.listMessages(channel, person).catch(() => []);
      all.push(...(await withReplies(workspace, person, channel, shown)).map((m) => `${person} ${channel} ${m}`));
    }
  }
  return all;
}

/** All direct messages between users and the bot. */
export async function directMessages(workspace: SlackEmulatorClient): Promise<string[]> {
  const all = await Promise.all(
    people.map(async (person) => {
      const channel = await workspace.openDm(person);
      return await withReplies(workspace, person, channel, await workspace.listMessages(channel, person));
    }),
  );
  return all.flat();
}

/** Files stored by the bot and logs of all services, by path; excludes the key file. */
export async function filesOf(stateDir: string): Promise<Map<string, string>> {
  const logs = (await readdir(join(stateDir, 'logs'))).map((name) => join('logs', name));
  const store = (await readdir(stateDir)).filter((name) => name.startsWith('kthw.sqlite'));
  const read = async (path: string) => [path, (await readFile(join(stateDir, path))).toString('latin1')] as const;
  return new Map(await Promise.all([...logs, ...store].map(read)));
}

async function withReplies(
  workspace: SlackEmulatorClient,
  person: string,
  channel: string,
  shown: readonly ApiMessage[],
): Promise<string[]> {
  const threads = shown.map(async (message) =>
    message.reply_count ? await workspace.listThreadMessages(channel, message.ts, person) : [message],
  );
  return (await Promise.all(threads)).flat().map((message) => JSON.stringify(message));
}
