import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { execa } from 'execa';

const projectRoot = join(import.meta.dirname, '../..');
const sourceFolder = join(import.meta.dirname, 'page');
const viteConfig = join(import.meta.dirname, 'vite.config.ts');
const cacheFolder = join(projectRoot, 'node_modules/.cache/kthw-page');

let pendingBuild: Promise<string> | undefined;

/** Returns the folder of the built page. Concurrent callers share one build. */
export function buildPage(): Promise<string> {
  pendingBuild ??= buildIfChanged().finally(() => {
    pendingBuild = undefined;
  });
  return pendingBuild;
}

/**
 * Builds the page unless the current source is already built. A build takes seconds.
 * @returns the output folder
 * @throws Error with Vite's output
 */
async function buildIfChanged(): Promise<string> {
  const folder = join(cacheFolder, await computeSourceDigest());
  if (existsSync(folder)) return folder;
  await mkdir(cacheFolder, { recursive: true });
  const tempFolder = await mkdtemp(join(cacheFolder, 'making-'));
  try {
    const args = ['build', '--outDir', tempFolder, '--emptyOutDir', '--logLevel', 'warn'];
    const vite = join(projectRoot, 'node_modules/vite/bin/vite.js');
    await execa(process.execPath, [vite, ...args, '--config', viteConfig], { stdin: 'ignore' });
    await moveIntoPlace(tempFolder, folder);
  } finally {
    await rm(tempFolder, { recursive: true, force: true });
  }
  return folder;
}

/** Moves a build into place. Concurrent builds have identical output, so an existing one is kept. */
async function moveIntoPlace(tempFolder: string, folder: string): Promise<void> {
  await rename(tempFolder, folder).catch((error: unknown) => {
    if (!existsSync(folder)) throw error;
  });
}

/** Digest of the page's source files and the package lock. */
async function computeSourceDigest(): Promise<string> {
  const files = [join(projectRoot, 'package-lock.json'), viteConfig];
  for await (const entry of glob('**/*', { cwd: sourceFolder, withFileTypes: true })) {
    if (entry.isFile()) files.push(join(entry.parentPath, entry.name));
  }
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    hash.update(`${relative(projectRoot, file)}\0`).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 20);
}
