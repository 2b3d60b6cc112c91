import { join } from 'node:path';
import { ensurePackages, whyNotHere } from './ensure-packages.ts';
import { startStack } from './stack.ts';

/** Everything on one machine, until Ctrl-C. */
async function main(): Promise<void> {
  const why = whyNotHere();
  if (why) throw new Error(`the local cloud can't run here: ${why}`);
  const log = (line: string) => console.log(line);
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => stop.abort(new Error(`stopped by ${name}`)));
  const { signal } = stop;
  await ensurePackages([], log);
  const stack = await startStack({
    stateDir: join(process.cwd(), '.kthw'),
    workspacePort: 3001,
    block: 44,
    log,
    signal,
  });
  console.log(`\nOpen ${stack.workspaceUrl} and type   /kthw create demo   in #clusters.`);
  console.log('Ctrl-C takes everything down.\n');
  const stopped = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined));
  });
  const broken = await Promise.race([stopped, stack.broken]);
  console.log('taking everything down …');
  await stack.stop();
  if (broken) throw new Error(broken);
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
