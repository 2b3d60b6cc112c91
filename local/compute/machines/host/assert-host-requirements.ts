import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { findMissingRequirements } from './requirements.ts';

/**
 * Makes sure that machines can run here.
 * @throws Error naming everything that is missing and what to install
 */
export function assertHostRequirements(): void {
  const missing = findMissingRequirements({
    platform: process.platform,
    uid: process.getuid?.(),
    hasProgram: isOnPath,
  });
  if (missing.length > 0) throw new Error(`cannot run machines here: ${missing.join('; ')}`);
}

/** Where root's programs are, even under a PATH without them. */
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
