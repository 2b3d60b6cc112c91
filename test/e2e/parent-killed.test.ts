import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cleanUpDeadEmulators } from '../../local/compute/machines/host/clean-up.ts';
import { SlackEmulatorClient } from '../../local/slack/slack-emulator-client.ts';
import { startStack } from '../../local/stack.ts';
import { readStackSecrets } from '../../local/stack-secrets.ts';
import { listOrphanedResources } from '../local/compute/machines/host.ts';
import { until } from '../local/compute/machines/wait-until.ts';
import { findSkipReason } from './find-skip-reason.ts';
import { listMarkedProcesses } from './list-marked-processes.ts';

const minuteMs = 60_000;
const mark = 'KTHW_TEST_STACK';

describe.skipIf(findSkipReason())('a stack whose parent is killed during a create', () => {
  test('stops with its machines, and the next stack starts in the same directory', async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'kthw-killed-'));
    const machines = join(stateDir, 'machines');
    const id = randomUUID();
    const parent = execa(process.execPath, [join(import.meta.dirname, 'stack-to-kill.ts'), stateDir], {
      env: { [mark]: id },
      reject: false,
      stderr: 'inherit',
    });
    const ended = async () => (await listMarkedProcesses(mark, id)).length === 0;
    onTestFinished(async () => {
      parent.kill('SIGKILL');
      await until('the stack has ended', ended, 2 * minuteMs);
      await cleanUpDeadEmulators();
      await rm(stateDir, { recursive: true, force: true });
    }, 4 * minuteMs);
    const { workspaceUrl } = JSON.parse(await firstLine(parent)) as { workspaceUrl: string };
    const { slackAccessToken: accessToken } = await readStackSecrets(stateDir);
    const ada = new SlackEmulatorClient({ url: workspaceUrl, accessToken }).actAs('ada');
    await ada.sendCommand('clusters', '/kthw create demo --controllers 1 --workers 1');
    const booted = async () =>
      (await listOrphanedResources(machines)).filter((each) => each.includes('-vm-demo-')).length >= 2;
    await until('both machines are there', booted, 5 * minuteMs);
    const running = await listMarkedProcesses(mark, id);
    for (const part of ['local/mirror/main.ts', 'local/compute/main.ts', 'local/slack/main.ts', 'src/main.ts'])
      expect(running).toContainEqual(expect.stringContaining(part));

    parent.kill('SIGKILL');
    await parent;
    await until('its processes have ended', ended, 2 * minuteMs);
    await cleanUpDeadEmulators();
    expect(await listOrphanedResources(machines)).toEqual([]);

    const next = await startStack({ stateDir, log: () => undefined });
    await next.stop();
    expect(await listOrphanedResources(machines)).toEqual([]);
  });
});

async function firstLine({ stdout }: { readonly stdout: Readable }): Promise<string> {
  const lines = createInterface({ input: stdout });
  const [line] = await Promise.race([once(lines, 'line'), once(lines, 'close')]);
  if (typeof line === 'string') return line;
  throw new Error('the stack exited before it printed its addresses');
}
