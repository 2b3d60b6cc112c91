import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { requiredPackages as forMachines } from './compute/machines/host/requirements.ts';
import { buildPackages, requiredPackages as forMirror } from './mirror/requirements.ts';

/** Why the local cloud can't run here; undefined: it can. */
export function findUnsupportedReason(): string | undefined {
  if (process.platform !== 'linux') return `it needs Linux, and this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'it needs root, for systemd machines and network namespaces: run it as root';
  if (!existsSync('/usr/bin/apt-get')) return 'it needs Debian, for the packages that its machines are made of';
  return undefined;
}

/** Installs the Debian packages that are missing, with what the tests need besides. */
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
