import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { debianParts } from './building/debian-artifacts.ts';
import { DebianSuite } from './building/debian-suite.ts';
import { imagesPart } from './building/images-artifact.ts';
import { kubernetesPart } from './building/kubernetes-artifact.ts';
import type { Part } from './building/mirror-artifact.ts';
import { withLock } from './folder-lock.ts';
import { readManifest, writeManifest } from './manifest.ts';
import type { Manifest, StoredFile } from './manifest-schema.ts';
import { describeFile, findFault } from './stored-files.ts';

export interface MakeOptions {
  /** Ends the making: children are ended, finished parts stay. */
  readonly signal?: AbortSignal;
  /** What upstream's `https://` is replaced by; `undefined` asks nobody. Default: `https://`. */
  readonly upstream?: string | undefined;
  /** Instead of all that the mirror serves. */
  readonly parts?: readonly Part[];
}

const everything: readonly Part[] = [kubernetesPart, ...debianParts, imagesPart];

/**
 * Sees that the cache holds all that the mirror serves. What is missing, damaged or of another recipe is made, side by side;
 * a part that is whole is not touched. One process makes, others wait for it.
 * @throws Error, or AggregateError when several parts failed; the parts that were made stay
 */
export async function ensureMirror(
  cacheDir: string,
  log: (line: string) => void,
  options: MakeOptions = {},
): Promise<void> {
  const parts = options.parts ?? everything;
  if ((await findMissing(cacheDir, parts, () => undefined)).length === 0) return;
  const signal = options.signal ?? new AbortController().signal;
  const onWait = () => log('mirror: another process is making the content, waiting for it');
  await withLock(cacheDir, { signal, onWait }, async () => {
    const missing = await findMissing(cacheDir, parts, log);
    if (missing.length === 0) return;
    log(`mirror: making ${missing.map((part) => part.name).join(', ')} in "${cacheDir}", once`);
    const started = Date.now();
    const manifest = await readManifest(cacheDir);
    const work = join(cacheDir, 'work');
    const debian = new DebianSuite(join(work, 'apt'), 'bookworm', signal);
    const upstream = 'upstream' in options ? options.upstream : 'https://';
    let saved = Promise.resolve();
    const save = () => {
      saved = saved.then(() => writeManifest(cacheDir, manifest));
      return saved;
    };
    const making = { cacheDir, manifest, save, debian, upstream, signal, log };
    const made = await Promise.allSettled(missing.map((part) => makePart(part, making)));
    signal.throwIfAborted();
    const failures = made.flatMap((each) => (each.status === 'rejected' ? [each.reason as Error] : []));
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) throw new AggregateError(failures, failures.map((error) => error.message).join('; '));
    await rm(work, { recursive: true, force: true });
    log(`mirror: complete after ${seconds(started)}`);
  });
}

interface Making {
  readonly cacheDir: string;
  readonly manifest: Manifest;
  /** Writes the manifest; two parts that finish together don't overtake each other. */
  save(): Promise<void>;
  readonly debian: DebianSuite;
  readonly upstream: string | undefined;
  readonly signal: AbortSignal;
  log(line: string): void;
}

async function makePart(part: Part, making: Making): Promise<void> {
  const { cacheDir, manifest, log } = making;
  const started = Date.now();
  const out = join(cacheDir, 'work', `${part.name}.out`);
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const { debian, upstream, signal } = making;
  const work = join(cacheDir, 'work', part.name);
  const origin = await part.make({ out, work, debian, upstream, signal, log });
  signal.throwIfAborted();
  const files: StoredFile[] = [];
  for (const path of await listFiles(out)) {
    files.push(await describeFile(out, path));
    await mkdir(dirname(join(cacheDir, path)), { recursive: true });
    await rename(join(out, path), join(cacheDir, path));
  }
  const stale = (manifest.parts[part.name]?.files ?? []).filter((old) => !files.some((file) => file.path === old.path));
  for (const file of stale) await rm(join(cacheDir, file.path), { force: true });
  manifest.parts[part.name] = { recipe: part.recipe, origin, tookMs: Date.now() - started, files };
  await making.save();
  log(`${part.name}: ready after ${seconds(started)} (${origin})`);
}

async function findMissing(cacheDir: string, parts: readonly Part[], log: (line: string) => void): Promise<Part[]> {
  const manifest = await readManifest(cacheDir);
  const missing: Part[] = [];
  for (const part of parts) {
    const stored = manifest.parts[part.name];
    if (stored === undefined) {
      missing.push(part);
      continue;
    }
    const faults = stored.recipe === part.recipe ? [] : ['it was made by another recipe'];
    for (const file of stored.files) {
      const fault = await findFault(cacheDir, file);
      if (fault !== undefined) faults.push(fault);
    }
    if (faults.length === 0) continue;
    log(`${part.name}: making it again: ${faults.join(', ')}`);
    missing.push(part);
  }
  return missing;
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
