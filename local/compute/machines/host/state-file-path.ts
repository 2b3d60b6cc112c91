import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** File with the emulator's resources. If it exists, the disks of the machines in the same directory are kept. */
export function getStateFilePath(stateDir: string): string {
  return join(stateDir, 'resources.json');
}

/** True if disks survive a stop of the emulator. */
export function keepsDisks(stateDir: string): boolean {
  return existsSync(getStateFilePath(stateDir));
}
