import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openFirestoreStore } from '../src/store/firestore/firestore-store.ts';
import { FakeClock } from '../test/fakes/clock.ts';
import { buildSpec } from '../test/fakes/run-environment.ts';
import { findFirestoreEmulator, startFirestoreEmulator } from '../test/support/firestore-emulator.ts';
import { createBenchEnvironment } from './bench-environment.ts';

/** Counts the Firestore operations (in billing units, on Google's emulator) of creating one 3 + 3 cluster. */
const emulatorJar = findFirestoreEmulator();
if (emulatorJar === undefined) process.exit(1);
const emulator = await startFirestoreEmulator(emulatorJar);
const folder = await mkdtemp(join(tmpdir(), 'kthw-bench-'));
const clock = new FakeClock({ speedup: 10 });
const store = await openFirestoreStore({ projectId: 'demo-kthw', now: clock.now });
const { engine, notifier, chat } = createBenchEnvironment({ store, clock, keyFile: join(folder, 'key') });

const requester = { team: 'T1', user: 'U1' };
await engine.clusterService.createCluster({
  spec: buildSpec({ name: 'demo', controllers: 3, workers: 3 }),
  requester,
  channel: 'C1',
});
while ((await store.listOpenRuns()).length > 0) await sleep(1_000);
await notifier.waitUntilIdle();
const { reads, writes, conflicts } = store.usage;
console.log(
  `creating a 3 + 3 cluster: ${reads} reads, ${writes} writes, ${conflicts} commit conflicts; ${chat.postedMessages.length} messages`,
);

await engine.dispatcher.stop();
await notifier.close();
await store.close();
await emulator.stop();
await rm(folder, { recursive: true });
