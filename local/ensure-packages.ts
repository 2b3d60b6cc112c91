import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { requiredPackages as forMachines } from './compute/machines/host/requirements.ts';
import { buildPackages, requiredPackages as forMirror } from './mirror/requirements.ts';

/** Returns why the local stack cannot run on this host; undefined if it can. */
export function findUnsupportedReason(): string | undefined {
  if (process.platform !== 'linux') return `it requires Linux; this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'it requires root for containers and network namespaces: run it as root';
  if (!existsSync('/usr/bin/apt-get')) return 'it requires Debian, because its machines are built from Debian packages';
  return undefined;
}

/** Installs missing Debian packages, including `extraPackages` for tests. */
export async function ensurePackages(extraPackages: readonly string[], log: (line: string) => void): Promise<void> {
  const allPackages = [...new Set([...forMachines, ...forMirror, ...buildPackages, ...extraPackages])];
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own fields
  const fields = '${Package} ${db:Status-Status}\n';
  const { stdout } = await execa('dpkg-query', ['-W', '-f', fields, ...allPackages], {
    reject: false,
    stderr: 'ignore',
  });
  const installedPackages = new Set(
    stdout.split('\n').flatMap((line) => (line.endsWith(' installed') ? [line.split(' ')[0]] : [])),
  );
  const missing = allPackages.filter((name) => !installedPackages.has(name));
  if (missing.length === 0) return;
  log(`setup: installing Debian packages ${missing.join(', ')}`);
  const apt = { env: { DEBIAN_FRONTEND: 'noninteractive' }, stdio: ['ignore', 'ignore', 'inherit'] } as const;
  await execa('apt-get', ['-q', 'update'], apt);
  await execa('apt-get', ['-q', '-y', 'install', '--no-install-recommends', ...missing], apt);
}
