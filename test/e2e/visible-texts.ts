import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalEnvironment } from '../../local/driver/local-environment.ts';
import type { SlackEmulatorClient } from '../../local/slack/slack-emulator-client.ts';

const people = ['ada', 'grace', 'linus'] as const;
const channels = ['general', 'clusters', 'random', 'vault'] as const;

/** Files stored by the bot and logs of all services by path, except the key file; `messages`: all Slack messages. */
export async function collectVisibleTexts({ stack, workspace }: LocalEnvironment): Promise<Map<string, string>> {
  const { stateDir } = stack;
  const logs = (await readdir(join(stateDir, 'logs'))).map((name) => join('logs', name));
  const store = (await readdir(stateDir)).filter((name) => name.startsWith('kthw.sqlite'));
  const read = async (path: string) => [path, (await readFile(join(stateDir, path))).toString('latin1')] as const;
  const files = await Promise.all([...logs, ...store].map(read));
  const messages = await Promise.all(people.map((person) => listMessages(workspace, person)));
  return new Map([...files, ['messages', messages.flat().join('\n')]]);
}

/** All messages that a user can read, including replies, ephemeral and direct messages, as JSON. */
async function listMessages(workspace: SlackEmulatorClient, person: string): Promise<string[]> {
  const conversations = [...channels, await workspace.openDm(person)].map(async (channel) => {
    // A user cannot read all channels.
    const messages = await workspace.listMessages(channel, person).catch(() => []);
    const threads = messages.map(async (message) =>
      message.reply_count ? await workspace.listThreadMessages(channel, message.ts, person) : [message],
    );
    return (await Promise.all(threads)).flat().map((message) => JSON.stringify(message));
  });
  return (await Promise.all(conversations)).flat();
}
