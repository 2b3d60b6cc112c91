import { dirname } from 'node:path/posix';
import { type ComponentDownload, formatProtocolOptions, toMirrorUrl } from '../cluster/component-downloads.ts';
import { quoteArgument } from './format-command.ts';

/** Renders commands that download, verify and install one component. Pure. */
export function renderDownloadCommands(
  { name, url, checksumUrl, checksumFormat, install }: ComponentDownload,
  mirror: string | undefined,
  digest: string | undefined,
): string {
  const file = url.slice(url.lastIndexOf('/') + 1);
  const protocols = formatProtocolOptions(mirror);
  const sums = `curl -fsSL ${protocols} ${quoteArgument(toMirrorUrl(checksumUrl, mirror))}`;
  return [
    `curl -fsSLO ${protocols} ${quoteArgument(toMirrorUrl(url, mirror))}`,
    digest === undefined
      ? renderPublishedCheck(checksumFormat, sums, file)
      : `echo '${digest}  ${file}' | sha256sum -c`,
    ...renderInstallCommands(name, file, install),
  ].join('\n');
}

function renderPublishedCheck(format: ComponentDownload['checksumFormat'], sums: string, file: string): string {
  return format === 'plain' ? `echo "$(${sums})  ${file}" | sha256sum -c` : `${sums} | grep -F ${file} | sha256sum -c`;
}

function renderInstallCommands(name: string, file: string, install: ComponentDownload['install']): string[] {
  switch (install.kind) {
    case 'program':
      return [`mkdir -p ${dirname(install.path)}`, `install -m 0755 ${file} ${install.path}`];
    case 'archive': {
      const { folder, stripComponents, includedPaths = [] } = install;
      const parts = [
        'tar -xzf',
        file,
        '-C',
        folder,
        '--no-same-owner',
        `--strip-components=${stripComponents}`,
        ...includedPaths,
      ];
      return [`mkdir -p ${folder}`, parts.join(' ')];
    }
    default:
      throw new Error(`unsupported installation of ${name}: ${install satisfies never}`);
  }
}
