import { join } from 'node:path';
import { getDefaultCacheDir } from './compute/machines/guest/ensure-rootfs.ts';
import { ensurePackages, findUnsupportedReason } from './ensure-packages.ts';
import { startStack } from './stack.ts';

const introduction = `Starting kthw with emulators of Slack and Compute Engine.
Requirements: root on Debian 12 or later, 2 CPU cores, 6 GB of free memory.
Changes to this machine: installs Debian packages and builds caches in ${getDefaultCacheDir()} (about 0.7 GB).
Also creates containers, network namespaces, veth interfaces and cgroups; Ctrl-C removes them.
The first start takes about 5 minutes. Later starts reuse the caches.
`;

/** Runs the local stack until Ctrl-C. */
async function main(): Promise<void> {
  console.log(introduction);
  const unsupportedReason = findUnsupportedReason();
  if (unsupportedReason) throw new Error(`kthw cannot run on this host: ${unsupportedReason}`);
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
  console.log('Press Ctrl-C to stop and remove everything except the caches.\n');
  const stopped = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined));
  });
  const failure = await Promise.race([stopped, stack.failure]);
  console.log('Stopping the local stack …');
  await stack.stop();
  if (failure) throw new Error(failure);
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
