import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createAndDelete } from './demo/create-and-delete.ts';
import { rebuildControllers } from './demo/rebuild-controllers.ts';
import { resizeUndersized } from './demo/resize-undersized.ts';
import { scaleWorkers } from './demo/scale-workers.ts';
import { ensurePackages, findUnsupportedReason } from './ensure-packages.ts';
import { startStack } from './stack.ts';

const scenarios = {
  create: createAndDelete,
  undersized: resizeUndersized,
  rebuild: rebuildControllers,
  scale: scaleWorkers,
} as const;
type Scenario = (typeof scenarios)[keyof typeof scenarios];
type Log = (line: string) => void;

/**
 * Runs a demo scenario: creates, uses and deletes a cluster through the Slack emulator. Exits with 0 only if all steps
 * succeed.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { scenario: { type: 'string', default: 'create' } } });
  const scenario = Object.entries(scenarios).find(([name]) => name === values.scenario)?.[1];
  if (!scenario) throw new Error(`unknown scenario "${values.scenario}"; choose one of ${Object.keys(scenarios)}`);
  const unsupportedReason = findUnsupportedReason();
  if (unsupportedReason) throw new Error(`the demo cannot run on this host: ${unsupportedReason}`);
  const log = (line: string) => console.log(line);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
  await ensurePackages([], log);
  const stateDir = await mkdtemp(join(tmpdir(), 'kthw-demo-'));
  try {
    await runScenario(scenario, stateDir, stop, log);
  } catch (error) {
    log(`demo: service logs are in ${join(stateDir, 'logs')}`);
    throw error;
  }
  await rm(stateDir, { recursive: true, force: true });
}

async function runScenario(scenario: Scenario, folder: string, stop: AbortController, log: Log): Promise<void> {
  const started = Date.now();
  const stack = await startStack({ stateDir: folder, log, signal: stop.signal });
  try {
    log(`local stack ready after ${((Date.now() - started) / 1000).toFixed(1)} s: ${stack.workspaceUrl}`);
    stack.failure.then((why) => stop.abort(new Error(why)));
    await scenario(stack, { log, signal: stop.signal, folder });
    log('demo: passed');
  } finally {
    await stack.stop();
  }
}

try {
  await main();
} catch (error) {
  console.error(`demo: ${(error as Error).message}`);
  process.exitCode = 1;
}
