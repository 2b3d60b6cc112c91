import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ShownMessage, WorkspaceClient } from '../../local/slack/slack-emulator-client.ts';

const people = ['ada', 'grace', 'linus'] as const;
const channels = ['general', 'clusters', 'random', 'vault'] as const;

/** Every message that anybody sees in a channel, with replies and what only they see; as JSON, `PERSON CHANNEL` first. */
export async function channelMessages(workspace: WorkspaceClient): Promise<string[]> {
  const all: string[] = [];
  for (const person of people) {
    for (const channel of channels) {
      const shown = await workspace.messages(channel, person).catch(() => []);
      all.push(...(await withReplies(workspace, person, channel, shown)).map((m) => `${person} ${channel} ${m}`));
    }
  }
  return all;
}

/** Every message of everybody's direct conversation with the bot. */
export async function directMessages(workspace: WorkspaceClient): Promise<string[]> {
  const all = await Promise.all(
    people.map(async (person) => {
      const channel = await workspace.dmChannel(person);
      return await withReplies(workspace, person, channel, await workspace.messages(channel, person));
    }),
  );
  return all.flat();
}

/** What the bot keeps and what every part logged: whole files, by their path. The key file is not among them. */
export async function filesOf(stateDir: string): Promise<Map<string, string>> {
  const logs = (await readdir(join(stateDir, 'logs'))).map((name) => join('logs', name));
  const store = (await readdir(stateDir)).filter((name) => name.startsWith('kthw.sqlite'));
  const read = async (path: string) => [path, (await readFile(join(stateDir, path))).toString('latin1')] as const;
  return new Map(await Promise.all([...logs, ...store].map(read)));
}

async function withReplies(
  workspace: WorkspaceClient,
  person: string,
  channel: string,
  shown: readonly ShownMessage[],
): Promise<string[]> {
  const threads = shown.map(async (message) =>
    message.reply_count ? await workspace.thread(channel, message.ts, person) : [message],
  );
  return (await Promise.all(threads)).flat().map((message) => JSON.stringify(message));
}
