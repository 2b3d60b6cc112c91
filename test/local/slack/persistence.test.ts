import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SlackEmulatorClient } from '../../../local/slack/slack-emulator-client.ts';
import { startSlackEmulator } from '../../../local/slack/start-slack-emulator.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workspace-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function start(stateFile: string) {
  const workspace = await startSlackEmulator({ stateFile });
  const web = new WebClient(workspace.botToken, { slackApiUrl: `${workspace.url}/api/` });
  return { workspace, web, people: new SlackEmulatorClient(workspace) };
}

it('keeps messages, files, threads and Home tabs across a restart', async () => {
  const stateFile = join(folder, 'state.json');
  const first = await start(stateFile);
  const { ts } = await first.web.chat.postMessage({ channel: 'C0CLUSTER', text: 'kept' });
  await first.web.filesUploadV2({
    channel_id: 'C0CLUSTER',
    filename: 'k.txt',
    content: 'secret',
    thread_ts: ts as string,
  });
  await first.web.views.publish({ user_id: 'U0000ADA0', view: { type: 'home', blocks: [{ type: 'divider' }] } });
  await first.workspace.close();
  expect((await stat(stateFile)).mode & 0o777).toBe(0o600);

  const second = await start(stateFile);
  expect(await second.people.listMessages('clusters', 'ada')).toMatchObject([{ ts, text: 'kept', reply_count: 1 }]);
  const [file] = await second.people.listFiles('ada');
  expect((await second.people.downloadFile('ada', file?.id as string)).toString()).toBe('secret');
  expect(await second.people.getHomeView('ada')).toMatchObject({ type: 'home' });
  const later = await second.web.chat.postMessage({ channel: 'C0CLUSTER', text: 'new' });
  expect(Number(later.ts)).toBeGreaterThan(Number(ts));
  await second.workspace.close();
});

it('keeps no data without a state file', async () => {
  const first = await startSlackEmulator();
  await new SlackEmulatorClient(first).actAs('ada').sendMessage('clusters', 'gone');
  await first.close();
  const second = await startSlackEmulator();
  expect(await new SlackEmulatorClient(second).listMessages('clusters', 'ada')).toEqual([]);
  await second.close();
});

it('rejects a foreign file and does not change it', async () => {
  const stateFile = join(folder, 'state.json');
  await writeFile(stateFile, '{"some": "thing"}');
  await expect(startSlackEmulator({ stateFile })).rejects.toThrow('is not a state file of this version');
  expect(await readFile(stateFile, 'utf8')).toBe('{"some": "thing"}');
});

it('runs as a separate process and writes its state on SIGTERM', async () => {
  const stateFile = join(folder, 'state.json');
  const main = new URL('../../../local/slack/main.ts', import.meta.url).pathname;
  const env = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 'secret', KTHW_SLACK_ACCESS_TOKEN: 'access' };
  const child = spawn(process.execPath, [main, '--port', '0', '--state-file', stateFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  const url = /^listening (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(line)?.[1] as string;
  await new SlackEmulatorClient({ url, accessToken: env.KTHW_SLACK_ACCESS_TOKEN })
    .actAs('ada')
    .sendMessage('clusters', 'over two processes');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  const { workspace, people } = await start(stateFile);
  expect(await people.listMessages('clusters', 'ada')).toMatchObject([{ text: 'over two processes' }]);
  await workspace.close();
});
