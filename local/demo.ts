import { parseArgs } from 'node:util';
import { crashBot } from './demo/crash-bot.ts';
import { createAndDelete } from './demo/create-and-delete.ts';
import { rebuildControllers } from './demo/rebuild-controllers.ts';
import { resizeUndersized } from './demo/resize-undersized.ts';
import { scaleWorkers } from './demo/scale-workers.ts';
import type { Scenario } from './demo/scenario.ts';
import { formatSecondsSince } from './driver/cluster-driver.ts';
import { openLocalEnvironment } from './driver/local-environment.ts';
import { findUnsupportedReason } from './ensure-packages.ts';
import { createStopSignal } from './stop-signal.ts';

const scenarios: Readonly<Record<string, Scenario>> = {
  create: createAndDelete,
  undersized: resizeUndersized,
  rebuild: rebuildControllers,
  scale: scaleWorkers,
  crash: crashBot,
};

/**
 * Runs a demo scenario: creates, uses and deletes a cluster through the Slack emulator. Exits with 0 only if all steps
 * succeed.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { scenario: { type: 'string', default: 'create' } } });
  const runScenario = Object.hasOwn(scenarios, values.scenario) ? scenarios[values.scenario] : undefined;
  if (!runScenario)
    throw new Error(`unknown scenario "${values.scenario}"; choose one of ${Object.keys(scenarios).join(', ')}`);
  const unsupportedReason = findUnsupportedReason();
  if (unsupportedReason) throw new Error(`the demo cannot run on this host: ${unsupportedReason}`);
  const log = (line: string) => console.log(line);
  const started = Date.now();
  const signal = createStopSignal();
  const environment = await openLocalEnvironment({
    log,
    signal,
    expectsKills: values.scenario === 'crash',
  });
  let isPassed = false;
  try {
    const { stateDir } = environment.stack;
    log(`local stack ready after ${formatSecondsSince(started)}, state in ${stateDir}`);
    log(`To watch, open ${environment.pageUrl}`);
    await runScenario({ environment, cluster: environment.getCluster('demo') });
    isPassed = true;
    log(`demo: passed in ${formatSecondsSince(started)}`);
  } finally {
    const isFailed = !isPassed && !signal.aborted;
    if (isFailed) log(`demo: service logs are in ${environment.stack.stateDir}/logs`);
    await environment.close({ keepsState: isFailed });
  }
}

try {
  await main();
} catch (error) {
  console.error(`demo: ${(error as Error).message}`);
  process.exitCode = 1;
}
