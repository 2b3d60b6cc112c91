import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { everybody } from '../src/commands/authorization/policy.ts';
import { openSlack } from '../src/commands/slack/slack-server.ts';
import { openOffers } from '../src/engine/service/compute-catalog.ts';
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import { specOf } from '../test/fakes/run-environment.ts';
import { defaults } from '../test/fixtures/run.ts';
import { openFleet } from './bench-environment.ts';
import { FastClock } from './fast-clock.ts';

/**
 * Many clusters created at once by one instance, on doubles of cloud, machines and Slack: memory, order of what is told,
 * and how soon commands are acknowledged meanwhile, beside how soon they are when nothing else goes on. `--clusters` 50.
 * The store, the vault, the keys and the door that takes commands are real.
 */
const { values } = parseArgs({ options: { clusters: { type: 'string', default: '50' } } });
const clusters = Number(values.clusters);
const times = 10;
const signingSecret = 'bench';
const folder = await mkdtemp(join(tmpdir(), 'kthw-bench-'));
const clock = new FastClock(times);
const store = openSqliteStore({ path: join(folder, 'kthw.sqlite'), now: clock.now });
const { engine, courier, chat, cloud, log } = openFleet({ store, clock, keyFile: join(folder, 'key') });
const offers = openOffers({ cloud, now: clock.now, log });
const tools = { desk: engine.desk, offers, defaults: defaults(), policy: everybody };
const door = openSlack({ store, chat, tools, token: 'xoxb-bench', signingSecret, now: () => new Date(), log });
const { port } = await door.listen(0, '127.0.0.1');

const idle = await acknowledged(() => sleep(5_000));
let highest = 0;
const watching = setInterval(() => {
  highest = Math.max(highest, process.memoryUsage.rss());
}, 100);
const started = Date.now();
const busy = await acknowledged(createAll);
const seconds = (Date.now() - started) / 1000;
await courier.idle();
clearInterval(watching);

const states = (await store.list('cluster', { limit: 1_000 })).map(({ value }) => value.state);
const ready = states.filter((state) => state === 'ready').length;
const inOrder = [...chat.told.values()].filter((seqs) => seqs.every((seq, i) => i === 0 || seq > (seqs[i - 1] ?? 0)));
console.log(
  `${ready} of ${clusters} clusters of 3 + 3 ready after ${seconds.toFixed(1)} s, on a clock ${times} times as fast`,
);
console.log(`memory: ${(highest / 1024 / 1024).toFixed(0)} MiB at most`);
console.log(`threads told in order: ${inOrder.length} of ${chat.told.size}, ${chat.posted} messages`);
for (const share of [0.5, 0.99]) {
  const [calm, loaded] = [quantile(idle, share), quantile(busy, share)];
  console.log(
    `acknowledged, ${share * 100}th percentile: idle ${calm.toFixed(1)} ms, under load ${loaded.toFixed(1)} ms, ratio ${(loaded / calm).toFixed(1)} (${busy.length} commands)`,
  );
}
await engine.dispatcher.stop();
await courier.close();
await door.close();
await store.close();
await rm(folder, { recursive: true });

async function createAll(): Promise<void> {
  const by = { team: 'T1', user: 'U1' };
  const specs = Array.from({ length: clusters }, (_, i) => specOf({ name: `load-${i}`, controllers: 3, workers: 3 }));
  await Promise.all(specs.map((spec) => engine.desk.create({ spec, by, channel: `C-${spec.name}` })));
  while ((await store.openRuns()).length > 0) await sleep(200);
}

/** Times until commands were acknowledged while something was done, in ms. */
async function acknowledged(during: () => Promise<unknown>): Promise<number[]> {
  const probe = execa(process.execPath, [
    'bench/acknowledge.ts',
    `http://127.0.0.1:${port}/slack/events`,
    signingSecret,
  ]);
  await during();
  probe.stdin?.write('stop\n');
  return JSON.parse((await probe).stdout) as number[];
}

function quantile(sample: readonly number[], share: number): number {
  const sorted = sample.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
