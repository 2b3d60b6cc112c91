import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MirrorArtifact } from '../../../local/mirror/building/mirror-artifact.ts';
import { ensureMirror } from '../../../local/mirror/ensure-mirror.ts';
import { readManifest } from '../../../local/mirror/manifest.ts';
import { filesPart } from './fixtures.ts';
import { temporaryFolder } from './temporary-folder.ts';

const silent = () => undefined;

describe('building the cache', () => {
  it('builds missing artifacts once and records their origin', async () => {
    const cacheDir = await temporaryFolder();
    const part = filesPart('one', { 'host/a': 'content' });
    await ensureMirror(cacheDir, silent, { artifacts: [part] });
    await ensureMirror(cacheDir, silent, { artifacts: [part] });
    expect(part.made).toBe(1);
    expect((await readManifest(cacheDir)).parts.one).toMatchObject({
      recipe: '1',
      origin: 'a test',
      files: [
        { path: 'files/host/a', size: 7, sha256: 'ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73' },
      ],
    });
  });

  it.each<[string, (file: string, cacheDir: string) => Promise<void>, number]>([
    ['a file is missing', (file) => rm(file), 2],
    ['a file is truncated', (file) => writeFile(file, 'cont'), 2],
    ['a file is corrupt', (file) => writeFile(file, 'Content'), 2],
    ['the manifest is missing', (_, cacheDir) => rm(join(cacheDir, 'manifest.json')), 2],
    ['the manifest is invalid', (_, cacheDir) => writeFile(join(cacheDir, 'manifest.json'), '{"format":'), 2],
    ['only the time of a file has changed', (file) => utimes(file, 1, 1), 1],
    ['a file was written again with the same content', (file) => writeFile(file, 'content'), 1],
  ])('when %s', async (_, damage, timesMade) => {
    const cacheDir = await temporaryFolder();
    const part = filesPart('one', { 'host/a': 'content' });
    await ensureMirror(cacheDir, silent, { artifacts: [part] });
    await damage(join(cacheDir, 'files/host/a'), cacheDir);
    await ensureMirror(cacheDir, silent, { artifacts: [part] });
    expect(part.made).toBe(timesMade);
    expect(await readFile(join(cacheDir, 'files/host/a'), 'utf8')).toBe('content');
  });

  it('rebuilds only the damaged artifact and logs the damage', async () => {
    const cacheDir = await temporaryFolder();
    const [good, bad] = [filesPart('good', { 'host/a': 'a' }), filesPart('bad', { 'host/b': 'b' })];
    await ensureMirror(cacheDir, silent, { artifacts: [good, bad] });
    await rm(join(cacheDir, 'files/host/b'));
    const lines: string[] = [];
    await ensureMirror(cacheDir, (line) => lines.push(line), { artifacts: [good, bad] });
    expect([good.made, bad.made]).toEqual([1, 2]);
    expect(lines[0]).toBe('bad: rebuilding: "files/host/b" is missing');
  });

  it('rebuilds an outdated artifact and removes its old files', async () => {
    const cacheDir = await temporaryFolder();
    await ensureMirror(cacheDir, silent, { artifacts: [filesPart('one', { 'host/v1': 'a' }, '1')] });
    await ensureMirror(cacheDir, silent, { artifacts: [filesPart('one', { 'host/v2': 'b' }, '2')] });
    expect(await readFile(join(cacheDir, 'files/host/v2'), 'utf8')).toBe('b');
    await expect(stat(join(cacheDir, 'files/host/v1'))).rejects.toThrow('ENOENT');
  });

  it('keeps finished artifacts when another one fails', async () => {
    const cacheDir = await temporaryFolder();
    const good = filesPart('good', { 'host/a': 'a' });
    const failing: MirrorArtifact = { name: 'failing', recipe: '1', build: () => Promise.reject(new Error('no disk')) };
    await expect(ensureMirror(cacheDir, silent, { artifacts: [failing, good] })).rejects.toThrow('no disk');
    await ensureMirror(cacheDir, silent, { artifacts: [good] });
    expect(good.made).toBe(1);
  });

  it('keeps finished artifacts when interrupted, and continues from there', async () => {
    const cacheDir = await temporaryFolder();
    const stop = new AbortController();
    const good = filesPart('good', { 'host/a': 'a' });
    const endless: MirrorArtifact = {
      name: 'endless',
      recipe: '1',
      build: ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    };
    const log = (line: string) => {
      if (line.startsWith('good: ready')) stop.abort(new Error('stopped by a test'));
    };
    await expect(ensureMirror(cacheDir, log, { artifacts: [endless, good], signal: stop.signal })).rejects.toThrow(
      'stopped by a test',
    );
    await ensureMirror(cacheDir, silent, { artifacts: [filesPart('endless', { 'host/b': 'b' }), good] });
    expect(good.made).toBe(1);
    expect(Object.keys((await readManifest(cacheDir)).parts).sort()).toEqual(['endless', 'good']);
  });

  it('runs in one process at a time; the second waits and reuses the result', async () => {
    const cacheDir = await temporaryFolder();
    const part = filesPart('one', { 'host/a': 'a' });
    let release: () => void = silent;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let markStarted: () => void = silent;
    const started = new Promise<void>((resolve) => {
      markStarted = resolve;
    });
    const slow: MirrorArtifact = {
      ...part,
      build(context) {
        markStarted();
        return held.then(() => part.build(context));
      },
    };
    const lines: string[] = [];
    const first = ensureMirror(cacheDir, silent, { artifacts: [slow] });
    // The first call holds the lock once it builds.
    await started;
    const second = ensureMirror(
      cacheDir,
      (line) => {
        lines.push(line);
        release();
      },
      { artifacts: [slow] },
    );
    await Promise.all([first, second]);
    expect(part.made).toBe(1);
    expect(lines).toEqual(['mirror: waiting for another process that is building the cache']);
  });
});
