import { join } from 'node:path';
import { ensurePackages, findUnsupportedReason } from './ensure-packages.ts';
import { startStack } from './stack.ts';

/** Everything on one machine, until Ctrl-C. */
async function main(): Promise<void> {
  const unsupportedReason = findUnsupportedReason();
  if (unsupportedReason) throw new Error(`the local cloud can't run here: ${unsupportedReason}`);
  const log = (line: string) => console.log(line);
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => stop.abort(new Error(`stopped by ${name}`)));
  const { signal } = stop;
  await ensurePackages([], log);
  const stack = await startStack({
    stateDir: join(process.cwd(), '.kthw'),
    workspacePort: 3001,
    addressBlock: 44,
    log,
    signal,
  });
  console.log(`\nOpen ${stack.workspaceUrl} and type   /kthw create demo   in #clusters.`);
  console.log('Ctrl-C takes everything down.\n');
  const stopped = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined));
  });
  const failure = await Promise.race([stopped, stack.failure]);
  console.log('taking everything down …');
  await stack.stop();
  if (failure) throw new Error(failure);
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
