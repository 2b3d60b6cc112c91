import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

/** Where gcloud is installed. When it is not, says so where nobody overlooks it. @param what can't be tested then */
export function findGcloud(what: string): string | undefined {
  try {
    const args = ['info', '--format=value(installation.sdk_root)'];
    return execFileSync('gcloud', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    const bar = '#'.repeat(100);
    console.warn(`\n${bar}\n#  NOT TESTED: ${what}, because gcloud is not on this machine.\n${bar}\n`);
    return undefined;
  }
}

/** Runs a program of ours with gcloud's own libraries, offline, without an account, its settings kept out of the way. */
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
