/**
 * Runs the Compute Engine emulator. Prints `listening http://127.0.0.1:PORT` when ready; stops on SIGTERM or SIGINT.
 */

import { InMemoryMachineBackend } from './in-memory-machine-backend.ts';
import type { MachineBackend } from './machine-backend.ts';
import { type ComputeEmulatorSettings, readSettings } from './read-settings.ts';
import { type ComputeEmulator, startComputeEmulator } from './start-compute-emulator.ts';

const log = (line: string) => console.error(line);
const startup = startFromSettings();
let isShuttingDown = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => shutDown(signal));
startup.then(
  ({ url }) => console.log(`listening ${url}`),
  createFailureHandler('cannot start the Compute Engine emulator'),
);

async function startFromSettings(): Promise<ComputeEmulator> {
  const settings = readSettings(process.argv.slice(2), process.env);
  // Machines and commands must not inherit the token.
  delete process.env.KTHW_CLOUD_TOKEN;
  return startComputeEmulator({ ...settings, machines: await createMachineBackend(settings), log });
}

async function createMachineBackend({ machines, nspawnOptions }: ComputeEmulatorSettings): Promise<MachineBackend> {
  if (machines === 'none') return new InMemoryMachineBackend();
  const { createNspawnMachineBackend } = await import('./machines/nspawn/nspawn-machine-backend.ts');
  return createNspawnMachineBackend({ internet: [], log, ...nspawnOptions } as Parameters<
    typeof createNspawnMachineBackend
  >[0]);
}

/** A signal during startup takes effect after startup, so that no half-created resource remains. */
function shutDown(signal: string): void {
  if (isShuttingDown) return;
  isShuttingDown = true;
  startup
    .then((emulator) => emulator.close())
    .then(() => process.exit(0), createFailureHandler(`cannot shut down on ${signal}`));
}

function createFailureHandler(activity: string): (error: unknown) => void {
  return (error) => {
    console.error(`${activity}:`, error instanceof Error ? error.message : error);
    process.exit(1);
  };
}
