import { dirname } from 'node:path/posix';
import type { HostFile } from '../ssh/ssh-client.ts';
import type { Typed } from '../workflow/step.ts';
import { legible } from './redacted-vault.ts';
import { hereDocument, quoted } from './shell.ts';

interface Work {
  readonly machine: string;
  readonly files: readonly HostFile[];
  /** Shell that makes it so, and shell that looks whether it is. */
  readonly make?: string | undefined;
  readonly check?: string | undefined;
}

/** What a step does on a machine, as a person would type it there, as root. Its files come from a blank vault. */
export function onMachine({ machine, files, make, check }: Work): Typed[] {
  const scripts = [writing(files), make, check].filter((script) => script !== undefined && script !== '');
  return scripts.map((script) => ({ on: machine, script: String(script) }));
}

/** Writes files with their modes. Pure. */
export function writing(files: readonly HostFile[]): string {
  const folders = [...new Set(files.map(({ path }) => dirname(path)))];
  if (files.length === 0) return '';
  return [
    `mkdir -p ${folders.map(quoted).join(' ')}`,
    ...files.flatMap(({ path, content, mode }) => [
      hereDocument(`cat > ${quoted(path)}`, legible(content)),
      `chmod ${mode.toString(8).padStart(4, '0')} ${quoted(path)}`,
    ]),
  ].join('\n');
}
