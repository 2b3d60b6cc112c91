import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { execa } from 'execa';

const root = join(import.meta.dirname, '../..');
const source = join(import.meta.dirname, 'page');
const config = join(import.meta.dirname, 'vite.config.ts');
const kept = join(root, 'node_modules/.cache/kthw-page');

let building: Promise<string> | undefined;

/** The folder of the built page; those who ask at once wait for one build. See `build`. */
export function buildPage(): Promise<string> {
  building ??= build().finally(() => {
    building = undefined;
  });
  return building;
}

/**
 * Builds the page where that was not done yet for what its source is now, which takes seconds.
 * @returns the folder that it is in
 * @throws Error with what Vite said
 */
async function build(): Promise<string> {
  const folder = join(kept, await digestOfSource());
  if (existsSync(folder)) return folder;
  await mkdir(kept, { recursive: true });
  const making = await mkdtemp(join(kept, 'making-'));
  try {
    const args = ['build', '--outDir', making, '--emptyOutDir', '--logLevel', 'warn'];
    const vite = join(root, 'node_modules/vite/bin/vite.js');
    await execa(process.execPath, [vite, ...args, '--config', config], { stdin: 'ignore' });
    await put(making, folder);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return folder;
}

/** Two that build at once put the same there: the first stays. */
async function put(made: string, folder: string): Promise<void> {
  await rename(made, folder).catch((error: unknown) => {
    if (!existsSync(folder)) throw error;
  });
}

/** Of the page's own files, and of the packages by what is locked. */
async function digestOfSource(): Promise<string> {
  const files = [join(root, 'package-lock.json'), config];
  for await (const entry of glob('**/*', { cwd: source, withFileTypes: true })) {
    if (entry.isFile()) files.push(join(entry.parentPath, entry.name));
  }
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    hash.update(`${relative(root, file)}\0`).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 20);
}
