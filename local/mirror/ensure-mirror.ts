import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { debianArtifacts } from './building/debian-artifacts.ts';
import { DebianSuite } from './building/debian-suite.ts';
import { imagesArtifact } from './building/images-artifact.ts';
import { kubernetesArtifact } from './building/kubernetes-artifact.ts';
import type { MirrorArtifact } from './building/mirror-artifact.ts';
import { withFolderLock } from './folder-lock.ts';
import { readManifest, writeManifest } from './manifest.ts';
import type { Manifest, StoredFile } from './manifest-schema.ts';
import { describeFile, findDamage } from './stored-files.ts';

export interface EnsureMirrorOptions {
  /** Aborts the build: kills child processes, keeps finished artifacts. */
  readonly signal?: AbortSignal;
  /** Replaces upstream's `https://`; `undefined` disables upstream. Default: `https://`. */
  readonly upstream?: string | undefined;
  /** Artifacts to build; default: all. */
  readonly artifacts?: readonly MirrorArtifact[];
}

const allArtifacts: readonly MirrorArtifact[] = [kubernetesArtifact, ...debianArtifacts, imagesArtifact];

/**
 * Ensures that the cache is complete. Builds missing, corrupt and outdated artifacts in parallel and keeps valid ones.
 * One process builds; others wait.
 * @throws Error, or AggregateError when several artifacts failed; built artifacts are kept
 */
export async function ensureMirror(
  cacheDir: string,
  log: (line: string) => void,
  options: EnsureMirrorOptions = {},
): Promise<void> {
  const artifacts = options.artifacts ?? allArtifacts;
  if ((await findMissingArtifacts(cacheDir, artifacts, () => undefined)).length === 0) return;
  const signal = options.signal ?? new AbortController().signal;
  const onWait = () => log('mirror: waiting for another process that is building the cache');
  await withFolderLock(cacheDir, { signal, onWait }, async () => {
    const missing = await findMissingArtifacts(cacheDir, artifacts, log);
    if (missing.length === 0) return;
    log(`mirror: building ${missing.map((artifact) => artifact.name).join(', ')} in "${cacheDir}" (once)`);
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
    const context = { cacheDir, manifest, save, debian, upstream, signal, log };
    const results = await Promise.allSettled(missing.map((artifact) => buildArtifact(artifact, context)));
    signal.throwIfAborted();
    const failures = results.flatMap((each) => (each.status === 'rejected' ? [each.reason as Error] : []));
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) throw new AggregateError(failures, failures.map((error) => error.message).join('; '));
    await rm(work, { recursive: true, force: true });
    log(`mirror: complete after ${formatSeconds(started)}`);
  });
}

interface BuildContext {
  readonly cacheDir: string;
  readonly manifest: Manifest;
  /** Writes the manifest; concurrent writes are serialised. */
  save(): Promise<void>;
  readonly debian: DebianSuite;
  readonly upstream: string | undefined;
  readonly signal: AbortSignal;
  log(line: string): void;
}

async function buildArtifact(artifact: MirrorArtifact, context: BuildContext): Promise<void> {
  const { cacheDir, manifest, log } = context;
  const started = Date.now();
  const out = join(cacheDir, 'work', `${artifact.name}.out`);
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const { debian, upstream, signal } = context;
  const work = join(cacheDir, 'work', artifact.name);
  const origin = await artifact.build({ out, work, debian, upstream, signal, log });
  signal.throwIfAborted();
  const files: StoredFile[] = [];
  for (const path of await listFiles(out)) {
    files.push(await describeFile(out, path));
    await mkdir(dirname(join(cacheDir, path)), { recursive: true });
    await rename(join(out, path), join(cacheDir, path));
  }
  const stale = (manifest.parts[artifact.name]?.files ?? []).filter(
    (previous) => !files.some((file) => file.path === previous.path),
  );
  for (const file of stale) await rm(join(cacheDir, file.path), { force: true });
  manifest.parts[artifact.name] = { recipe: artifact.recipe, origin, tookMs: Date.now() - started, files };
  await context.save();
  log(`${artifact.name}: ready after ${formatSeconds(started)} (${origin})`);
}

async function findMissingArtifacts(
  cacheDir: string,
  artifacts: readonly MirrorArtifact[],
  log: (line: string) => void,
): Promise<MirrorArtifact[]> {
  const manifest = await readManifest(cacheDir);
  const missing: MirrorArtifact[] = [];
  for (const artifact of artifacts) {
    const stored = manifest.parts[artifact.name];
    if (stored === undefined) {
      missing.push(artifact);
      continue;
    }
    const problems = stored.recipe === artifact.recipe ? [] : ['its recipe has changed'];
    for (const file of stored.files) {
      const damage = await findDamage(cacheDir, file);
      if (damage !== undefined) problems.push(damage);
    }
    if (problems.length === 0) continue;
    log(`${artifact.name}: rebuilding: ${problems.join(', ')}`);
    missing.push(artifact);
  }
  return missing;
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

function formatSeconds(startedMs: number): string {
  return `${((Date.now() - startedMs) / 1000).toFixed(1)} s`;
}
