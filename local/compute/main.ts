/** The local cloud as a process: says `listening http://127.0.0.1:PORT` when it is ready, ends on SIGTERM or SIGINT. */

import { WithoutMachines } from './in-memory-machine-backend.ts';
import type { Machines } from './machine-backend.ts';
import { type CloudSettings, readSettings } from './read-settings.ts';
import { type Cloud, startCloud } from './start-compute-emulator.ts';

const started = start();
let ending = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => end(signal));
started.then(({ url }) => console.log(`listening ${url}`), failed('starting the local cloud'));

async function start(): Promise<Cloud> {
  const settings = readSettings(process.argv.slice(2), process.env);
  return startCloud({ ...settings, machines: await openMachines(settings) });
}

async function openMachines({ machines, nspawnOptions }: CloudSettings): Promise<Machines> {
  if (machines === 'none') return new WithoutMachines();
  const { openNspawnMachines } = await import('./machines/nspawn/nspawn-machine-backend.ts');
  const log = (line: string) => console.error(line);
  return openNspawnMachines({ internet: [], log, ...nspawnOptions } as Parameters<typeof openNspawnMachines>[0]);
}

/** A signal that comes while it starts takes effect after that, so that nothing half made stays behind. */
function end(signal: string): void {
  if (ending) return;
  ending = true;
  started.then((cloud) => cloud.close()).then(() => process.exit(0), failed(`ending on ${signal}`));
}

function failed(doing: string): (error: unknown) => void {
  return (error) => {
    console.error(`${doing}:`, error instanceof Error ? error.message : error);
    process.exit(1);
  };
}
