import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { allowAllPolicy } from '../src/commands/authorization/policy.ts';
import { createSlackServer } from '../src/commands/slack/slack-server.ts';
import { createComputeCatalog } from '../src/engine/service/compute-catalog.ts';
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import { FakeClock } from '../test/fakes/clock.ts';
import { buildSpec } from '../test/fakes/run-environment.ts';
import { buildCreateDefaults } from '../test/fixtures/run.ts';
import { createBenchEnvironment } from './bench-environment.ts';

/**
 * Creates many clusters at once in one process, with fakes of Compute Engine, SSH and Slack. Measures memory, message
 * order, and acknowledgement times under load and idle. `--clusters` defaults to 50.
 * Database, vault, keys and Slack server are real.
 */
const { values } = parseArgs({ options: { clusters: { type: 'string', default: '50' } } });
const clusters = Number(values.clusters);
const speedup = 10;
const signingSecret = 'bench';
const folder = await mkdtemp(join(tmpdir(), 'kthw-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
// process.exit() also ends the probe.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => process.exit(1));
const clock = new FakeClock({ speedup });
const store = openSqliteStore({ path: join(folder, 'kthw.sqlite'), now: clock.now });
const { engine, notifier, chat, compute, log } = createBenchEnvironment({ store, clock, keyFile: join(folder, 'key') });
const computeCatalog = createComputeCatalog({ compute, now: clock.now, log });
const commandDeps = {
  clusterService: engine.clusterService,
  computeCatalog,
  versionCatalog: engine.versionCatalog,
  defaults: buildCreateDefaults(),
  policy: allowAllPolicy,
};
const slackServer = createSlackServer({
  store,
  chat,
  commandDeps,
  token: 'xoxb-bench',
  signingSecret,
  now: () => new Date(),
  log,
});
const { port } = await slackServer.listen(0, '127.0.0.1');

const idleLatencies = await measureAcknowledgements(() => sleep(5_000));
let peakRssBytes = 0;
const rssTimer = setInterval(() => {
  peakRssBytes = Math.max(peakRssBytes, process.memoryUsage.rss());
}, 100);
const started = Date.now();
const loadedLatencies = await measureAcknowledgements(createClusters);
const seconds = (Date.now() - started) / 1000;
await notifier.waitUntilIdle();
clearInterval(rssTimer);

const states = (await store.list('cluster')).map(({ value }) => value.settledState);
const ready = states.filter((state) => state === 'ready').length;
const postedSeqsByRun = Map.groupBy(
  chat.postedMessages.flatMap(({ metadata }) => (metadata && metadata.seq > 0 ? [metadata] : [])),
  ({ run }) => run,
);
const inOrder = [...postedSeqsByRun.values()].filter((seqs) =>
  seqs.every(({ seq }, i) => i === 0 || seq > (seqs[i - 1]?.seq ?? 0)),
);
console.log(
  `${ready} of ${clusters} clusters of 3 + 3 ready after ${seconds.toFixed(1)} s, clock sped up ${speedup} times`,
);
console.log(`memory: ${(peakRssBytes / 1024 / 1024).toFixed(0)} MiB peak`);
console.log(`threads in order: ${inOrder.length} of ${postedSeqsByRun.size}, ${chat.postedMessages.length} messages`);
for (const fraction of [0.5, 0.99]) {
  const [idleMs, loadedMs] = [quantile(idleLatencies, fraction), quantile(loadedLatencies, fraction)];
  console.log(
    `acknowledged, ${fraction * 100}th percentile: idle ${idleMs.toFixed(1)} ms, under load ${loadedMs.toFixed(1)} ms, ratio ${(loadedMs / idleMs).toFixed(1)} (${loadedLatencies.length} commands)`,
  );
}
await engine.dispatcher.stop();
await notifier.close();
await slackServer.close();
await store.close();

async function createClusters(): Promise<void> {
  const requester = { team: 'T1', user: 'U1' };
  const specs = Array.from({ length: clusters }, (_, i) =>
    buildSpec({ name: `load-${i}`, controllers: 3, workers: 3 }),
  );
  await Promise.all(
    specs.map((spec) => engine.clusterService.createCluster({ spec, requester, channel: `C-${spec.name}` })),
  );
  while ((await store.listOpenRuns()).length > 0) await sleep(200);
}

/** Acknowledgement times in ms while `work` runs. */
async function measureAcknowledgements(work: () => Promise<unknown>): Promise<number[]> {
  const probe = execa(process.execPath, [
    'bench/acknowledge.ts',
    `http://127.0.0.1:${port}/slack/events`,
    signingSecret,
  ]);
  await work();
  probe.stdin?.write('stop\n');
  return JSON.parse((await probe).stdout) as number[];
}

function quantile(sample: readonly number[], fraction: number): number {
  const sorted = sample.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}
