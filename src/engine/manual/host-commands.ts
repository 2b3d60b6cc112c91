import { dirname } from 'node:path/posix';
import type { HostFile } from '../ssh/ssh-client.ts';
import { formatHereDocument, quoteArgument, type ShellCommand } from './format-command.ts';
import { decodePlaceholders } from './redacted-vault.ts';

interface HostCommandOptions {
  readonly instance: string;
  readonly files: readonly HostFile[];

  readonly applyScript?: string | undefined;
  readonly checkScript?: string | undefined;
}

/** Renders the equivalent manual commands of a host step, to run as root. @param options.files rendered with a redacted vault */
export function renderHostCommands({ instance, files, applyScript, checkScript }: HostCommandOptions): ShellCommand[] {
  const scripts = [renderFileWrites(files), applyScript, checkScript].filter(
    (script) => script !== undefined && script !== '',
  );
  return scripts.map((script) => ({ runsOn: instance, script: String(script) }));
}

/** Renders commands that write files with their modes. Pure. */
export function renderFileWrites(files: readonly HostFile[]): string {
  const folders = [...new Set(files.map(({ path }) => dirname(path)))];
  if (files.length === 0) return '';
  return [
    `mkdir -p ${folders.map(quoteArgument).join(' ')}`,
    ...files.flatMap(({ path, content, mode }) => [
      formatHereDocument(`cat > ${quoteArgument(path)}`, decodePlaceholders(content)),
      `chmod ${mode.toString(8).padStart(4, '0')} ${quoteArgument(path)}`,
    ]),
  ].join('\n');
}
