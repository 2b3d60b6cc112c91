import { readFile } from 'node:fs/promises';
import { runCommand } from './run-command.ts';

/** Unmounts all that is mounted below a folder, the innermost first. */
export async function unmountBelow(folder: string): Promise<void> {
  for (const mount of await listMountsBelow(folder)) await runCommand('umount', ['--lazy', mount]);
}

/** Mount points below a folder, the innermost first. */
async function listMountsBelow(folder: string): Promise<readonly string[]> {
  const points = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .map((line) => unescapePath(line.split(' ')[4] ?? ''));
  return points.filter((point) => point.startsWith(`${folder}/`)).reverse();
}

/** Blanks and backslashes are written in octal there: proc(5). */
function unescapePath(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
