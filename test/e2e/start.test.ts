import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ComputeInspector } from '../../local/driver/compute-inspector.ts';
import { Conversation } from '../../local/driver/conversation.ts';
import { findFreePort } from '../../local/find-free-port.ts';
import { SlackEmulatorClient } from '../../local/slack/slack-emulator-client.ts';
import type { StackAddresses } from '../../local/stack-addresses.ts';
import { readStackSecrets } from '../../local/stack-secrets.ts';
import { listOrphanedResources } from '../local/compute/machines/host.ts';
import { findSkipReason } from './find-skip-reason.ts';
import { NpmScript, type Receiver } from './npm-script.ts';

const minuteMs = 60_000;
const instances = ['demo-controller-0', 'demo-worker-0'];

describe.skipIf(findSkipReason())('npm start', () => {
  let folder: string;
  let stateDir: string;
  let port: number;
  let script: NpmScript | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kthw-start-'));
    stateDir = join(folder, 'state');
    port = await findFreePort('127.0.0.1');
  });
  afterEach(async () => await script?.close());
  afterAll(async () => await rm(folder, { recursive: true, force: true }));

  async function start(...args: readonly string[]): Promise<NpmScript> {
    script = new NpmScript(['start', '--', '--state-dir', stateDir, '--port', String(port), ...args]);
    await script.waitForOutput(`Open http://127.0.0.1:${port}`);
    return script;
  }

  async function talk(): Promise<Conversation> {
    const { slackAccessToken: accessToken } = await readStackSecrets(stateDir);
    const workspace = new SlackEmulatorClient({ url: `http://127.0.0.1:${port}`, accessToken });
    return new Conversation(workspace, {
      person: 'ada',
      channel: 'clusters',
      signal: AbortSignal.timeout(10 * minuteMs),
    });
  }

  async function listInstanceStates(): Promise<string[]> {
    const { computePort } = JSON.parse(await readFile(join(stateDir, 'addresses.json'), 'utf8')) as StackAddresses;
    const { computeToken: token } = await readStackSecrets(stateDir);
    const found = await new ComputeInspector({ url: `http://127.0.0.1:${computePort}`, token }).listInstances();
    return found.map(({ name, status }) => `${name} ${status}`).sort();
  }

  /** Asserts that nothing runs and no port is in use; the state itself is kept. */
  async function expectStopped(stopped: NpmScript): Promise<void> {
    expect(await stopped.waitForEnd()).toBe(0);
    const machinesDir = join(stateDir, 'machines');
    expect((await listOrphanedResources(machinesDir)).filter((each) => !each.startsWith(`${machinesDir}/`))).toEqual(
      [],
    );
    const { workspacePort, computePort, botPort } = JSON.parse(
      await readFile(join(stateDir, 'addresses.json'), 'utf8'),
    ) as StackAddresses;
    for (const each of [workspacePort, computePort, botPort]) await expectFreePort(each);
  }

  test('restarts a bot that is killed during a create, and the run continues', async () => {
    const started = await start();
    const ada = await talk();
    const run = await ada.startRun('demo', () => ada.sendCommand('/kthw create demo --controllers 1 --workers 1'));
    const bot = await started.waitForProcess('server', 'src/main.ts');
    process.kill(bot, 'SIGKILL');
    await started.waitForOutput('bot exited (SIGKILL)');
    await started.waitForOutput('The bot is running again');
    expect(await started.waitForProcess('server', 'src/main.ts')).not.toBe(bot);
    expect((await ada.waitForEnd(run, 10 * minuteMs)).text).toContain('demo: ready');
    await started.kill('npm', '', 'SIGINT');
    await expectStopped(started);
  });

  test.for<[Receiver, NodeJS.Signals]>([
    ['npm', 'SIGTERM'],
    ['launcher', 'SIGINT'],
    ['launcher', 'SIGTERM'],
    ['server', 'SIGINT'],
    ['server', 'SIGTERM'],
  ])('keeps clusters across a restart, and ends when %s receives %s', async ([receiver, signal]) => {
    const started = await start();
    for (const name of instances) expect(started.output).toContain(`instance "${name}" is running again`);
    expect(await listInstanceStates()).toEqual(instances.map((name) => `${name} RUNNING`));
    expect(await (await talk()).sendCommandForReply('/kthw list')).toContain('*demo* · ready');
    await started.kill(receiver, 'local/start.ts', signal);
    await expectStopped(started);
  });

  test('runs pods again after a restart', async () => {
    await start();
    const ada = await talk();
    const run = await ada.startRun('demo', () => ada.sendCommand('/kthw smoke demo'));
    expect((await ada.waitForEnd(run, 10 * minuteMs)).text).toContain('demo: smoke test passed');
  });

  test('reports an instance whose disk is lost as terminated', async () => {
    await rm(join(stateDir, 'machines/machines/demo-worker-0'), { recursive: true });
    const started = await start();
    expect(started.output).toContain('instance "demo-worker-0" is terminated: its disk is lost');
    expect(await listInstanceStates()).toEqual(['demo-controller-0 RUNNING', 'demo-worker-0 TERMINATED']);
  });

  test('clears all state with --fresh', async () => {
    const started = await start('--fresh');
    expect(started.output).not.toContain('instance "');
    expect(await (await talk()).sendCommandForReply('/kthw list')).toContain('No clusters yet');
    expect(await listInstanceStates()).toEqual([]);
  });
});

/** @throws Error when the port is in use */
async function expectFreePort(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()));
  });
}
