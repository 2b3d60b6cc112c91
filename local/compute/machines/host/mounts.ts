import { readFile } from 'node:fs/promises';
import { runCommand } from './run-command.ts';

/** Unmounts everything below a directory, innermost first. */
export async function unmountBelow(folder: string): Promise<void> {
  for (const mount of await listMountsBelow(folder)) await runCommand('umount', ['--lazy', mount]);
}

/** Lists mount points below a directory, innermost first. */
async function listMountsBelow(folder: string): Promise<readonly string[]> {
  const points = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .map((line) => unescapePath(line.split(' ')[4] ?? ''));
  return points.filter((point) => point.startsWith(`${folder}/`)).reverse();
}

/** /proc/mounts encodes spaces and backslashes in octal: proc(5). */
function unescapePath(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
