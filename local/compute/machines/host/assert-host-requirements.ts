import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { findMissingRequirements } from './requirements.ts';

/**
 * Checks that this host can run machines.
 * @throws Error listing all missing requirements and the packages to install
 */
export function assertHostRequirements(): void {
  const missing = findMissingRequirements({
    platform: process.platform,
    uid: process.getuid?.(),
    hasProgram: isOnPath,
  });
  if (missing.length > 0) throw new Error(`cannot run machines here: ${missing.join('; ')}`);
}

/** Administration programs may be missing from PATH. */
export const systemPath = [
  ...new Set([...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/bin', '/sbin', '/bin']),
]
  .filter((folder) => folder !== '')
  .join(':');

function isOnPath(program: string): boolean {
  return systemPath.split(':').some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
