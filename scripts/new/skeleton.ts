import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Files that a new phase, command or message consists of. Paths are relative to the repository. */
export interface Skeleton {
  readonly newFiles: Readonly<Record<string, string>>;
  readonly edits: Readonly<Record<string, (text: string) => string>>;
  /** What is left to write by hand. */
  readonly nextSteps: readonly string[];
}

/**
 * Writes new files and edits existing ones.
 * @returns the paths of both
 * @throws Error when a new file exists already; nothing is written then
 */
export async function writeSkeleton(root: string, { newFiles, edits }: Skeleton): Promise<string[]> {
  const existing = Object.keys(newFiles).filter((path) => existsSync(join(root, path)));
  if (existing.length > 0) throw new Error(`already exists: ${existing.join(', ')}`);
  const edited = await Promise.all(
    Object.entries(edits).map(async ([path, edit]) => [path, edit(await readFile(join(root, path), 'utf8'))] as const),
  );
  const files = [...Object.entries(newFiles), ...edited];
  for (const [path, text] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return files.map(([path]) => path);
}
