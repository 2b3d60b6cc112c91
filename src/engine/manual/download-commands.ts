import { dirname } from 'node:path/posix';
import { type Download, mirrored } from '../cluster/component-downloads.ts';
import { quoted } from './shell.ts';

/** Fetches one component, compares its checksum and puts it in its place. Pure. */
export function fetching({ name, url, checksumUrl, checksum, install }: Download, mirror: string | undefined): string {
  const file = url.slice(url.lastIndexOf('/') + 1);
  const sums = `curl -fsSL ${quoted(mirrored(checksumUrl, mirror))}`;
  return [
    `curl -fsSLO ${quoted(mirrored(url, mirror))}`,
    checksum === 'plain' ? `echo "$(${sums})  ${file}" | sha256sum -c` : `${sums} | grep -F ${file} | sha256sum -c`,
    ...placing(name, file, install),
  ].join('\n');
}

function placing(name: string, file: string, install: Download['install']): string[] {
  switch (install.as) {
    case 'program':
      return [`mkdir -p ${dirname(install.path)}`, `install -m 0755 ${file} ${install.path}`];
    case 'archive': {
      const { folder, strip, only = [] } = install;
      const parts = ['tar -xzf', file, '-C', folder, '--no-same-owner', `--strip-components=${strip}`, ...only];
      return [`mkdir -p ${folder}`, parts.join(' ')];
    }
    default:
      throw new Error(`nobody knows how ${name} is put in place: ${install satisfies never}`);
  }
}
