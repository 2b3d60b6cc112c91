import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

/** Finds the gcloud installation. Prints a visible warning if missing. @param what cannot be tested then */
export function findGcloud(what: string): string | undefined {
  try {
    const args = ['info', '--format=value(installation.sdk_root)'];
    return execFileSync('gcloud', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    const bar = '#'.repeat(100);
    console.warn(`\n${bar}\n#  SKIPPED: ${what}: gcloud is not installed.\n${bar}\n`);
    return undefined;
  }
}

/** Runs our Python program with gcloud's libraries, offline, without an account and with separate settings. */
export async function withGcloudsPython(root: string, program: string, input: string, folder: string): Promise<string> {
  const itsOwn = join(root, 'platform/bundledpythonunix/bin/python3');
  const { stdout } = await execa(existsSync(itsOwn) ? itsOwn : 'python3', ['-c', program], {
    input,
    env: {
      PYTHONPATH: [join(root, 'lib'), join(root, 'lib/third_party')].join(':'),
      PYTHONDONTWRITEBYTECODE: '1',
      CLOUDSDK_CONFIG: folder,
      CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: 'true',
      CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: 'true',
    },
  });
  return stdout;
}
