import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { getDefaultCacheDir } from './compute/machines/guest/ensure-rootfs.ts';
import { cleanUp } from './compute/machines/host/clean-up.ts';
import { ensurePackages, findUnsupportedReason } from './ensure-packages.ts';
import { buildPageUrl } from './slack/start-slack-emulator.ts';
import { startStack } from './stack.ts';
import { createStopSignal } from './stop-signal.ts';
import { superviseBot } from './supervise-bot.ts';

const introduction = `Starting kthw with emulators of Slack and Compute Engine.
Requirements: root on Debian 12 or later, 2 CPU cores, 6 GB of free memory.
Changes to this machine: installs Debian packages and builds caches in ${getDefaultCacheDir()} (about 0.7 GB).
Also creates containers, network namespaces, veth interfaces and cgroups; Ctrl-C removes them.
The first start takes about 5 minutes. Later starts reuse the caches.
`;

/** Runs the local stack until it is stopped, and restarts the bot whenever it exits. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      /** Clear the state first. */
      fresh: { type: 'boolean', default: false },
      'state-dir': { type: 'string', default: join(import.meta.dirname, '../.kthw') },
      port: { type: 'string', default: '3001' },
    },
  });
  console.log(introduction);
  const unsupportedReason = findUnsupportedReason();
  if (unsupportedReason) throw new Error(`kthw cannot run on this host: ${unsupportedReason}`);
  const log = (line: string) => console.log(line);
  const signal = createStopSignal();
  await ensurePackages([], log);
  const stateDir = resolve(values['state-dir']);
  if (values.fresh) await clearState(stateDir);
  log(`${existsSync(stateDir) ? 'Continuing from the state' : 'State is kept'} in ${stateDir}.`);
  const stack = await startStack({
    stateDir,
    keepsState: true,
    workspacePort: Number(values.port),
    log,
    signal,
  });
  const supervisor = superviseBot(stack, { log });
  log(
    `\nOpen ${buildPageUrl(stack.workspaceUrl, stack.secrets.slackAccessToken)} and type   /kthw create demo   in #clusters.`,
  );
  log('Press Ctrl-C to stop. The next start boots your instances again; npm start -- --fresh clears all state.\n');
  const stopped = new Promise<undefined>((done) => {
    if (signal.aborted) done(undefined);
    signal.addEventListener('abort', () => done(undefined));
  });
  const failure = await Promise.race([stopped, stack.failure]);
  log('Stopping the local stack …');
  await supervisor.stop();
  await stack.stop();
  if (failure) throw new Error(failure);
}

async function clearState(stateDir: string): Promise<void> {
  // Mounts of a crashed emulator would make the removal fail.
  await cleanUp(join(stateDir, 'machines'));
  await rm(stateDir, { recursive: true, force: true });
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
