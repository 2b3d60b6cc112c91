import { parseArgs } from 'node:util';
import { specOf, World } from '../test/doubles/world.ts';

/**
 * Many clusters created at once by one engine, on doubles of everything outside it: what remains is the engine's own
 * work and memory. `--clusters` 50, `--controllers` 3, `--workers` 3.
 */
const { values } = parseArgs({
  options: {
    clusters: { type: 'string', default: '50' },
    controllers: { type: 'string', default: '3' },
    workers: { type: 'string', default: '3' },
  },
});
const shape = { controllers: Number(values.controllers) as 1 | 3 | 5, workers: Number(values.workers) };

// One before the others, so that the secrets (tenths of a second each) are made: they are not what is measured.
await createAtOnce(1);
const before = process.memoryUsage().rss;
const { ms, virtualMs, events } = await createAtOnce(Number(values.clusters));
const after = process.memoryUsage().rss;
console.log(
  `${values.clusters} clusters of ${shape.controllers} controllers and ${shape.workers} workers at once: ${Math.round(ms)} ms of work for ${Math.round(virtualMs / 1000)} s of waiting, ${events} events`,
);
console.log(`memory: ${mib(before)} MiB before, ${mib(after)} MiB after`);

async function createAtOnce(count: number) {
  const world = new World();
  world.cloud.quotaLimits.CPUS = 10_000;
  world.cloud.quotaLimits.INSTANCES = 10_000;
  world.cloud.quotaLimits.IN_USE_ADDRESSES = 10_000;
  const engine = world.process();
  const from = { real: performance.now(), virtual: +world.clock.now() };
  const names = Array.from({ length: count }, (_, i) => `load-${i}`);
  const answers = await Promise.all(
    names.map((name) => engine.desk.create({ spec: specOf({ ...shape, name }), by: world.by, channel: 'C1' })),
  );
  const runs = answers.flatMap((answer) => ('run' in answer ? [answer.run] : []));
  await Promise.all(runs.map((run) => world.over(run)));
  const ends = await Promise.all(runs.map((run) => world.endOf(run)));
  if (ends.some((end) => end !== 'succeeded') || ends.length !== count) throw new Error(`ended as ${ends.join()}`);
  const stored = await Promise.all(runs.map((run) => world.store.events(run)));
  await world.close();
  return {
    ms: performance.now() - from.real,
    virtualMs: +world.clock.now() - from.virtual,
    events: stored.flat().length,
  };
}

function mib(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
