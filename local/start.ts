import { join } from 'node:path';
import { ensurePackages, whyNotHere } from './packages.ts';
import { startStack } from './stack.ts';

/** Everything on one machine, until Ctrl-C. */
async function main(): Promise<void> {
  const why = whyNotHere();
  if (why) throw new Error(`the local cloud can't run here: ${why}`);
  const log = (line: string) => console.log(line);
  await ensurePackages([], log);
  const stopped = Promise.withResolvers<string>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopped.resolve(signal));
  const starting = startStack({ stateDir: join(process.cwd(), '.kthw'), workspacePort: 3001, block: 44, log });
  const first = await Promise.race([starting, stopped.promise]);
  const stack = await starting;
  if (typeof first !== 'string') {
    console.log(`\nOpen ${stack.workspaceUrl} and type   /kthw create demo   in #clusters.`);
    console.log('Ctrl-C takes everything down.\n');
    const end = await Promise.race([stopped.promise, stack.broken]);
    if (end !== 'SIGINT') console.log(end);
  }
  console.log('taking everything down …');
  await stack.stop();
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
