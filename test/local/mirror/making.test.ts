import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { DebianSuite } from '../../../local/mirror/building/debian-suite.ts';
import { kubernetesArtifact } from '../../../local/mirror/building/kubernetes-artifact.ts';
import { renderAptConfiguration, renderSources } from '../../../local/mirror/building/render-apt.ts';
import { runChild } from '../../../local/mirror/building/run-child.ts';
import { writeTarball } from '../../../local/mirror/building/tarball.ts';
import { computeSha256 } from '../../../local/mirror/stored-files.ts';
import { kubernetesPrograms, releasePaths } from '../../../local/mirror/versions.ts';
import { filesPart, mirrorOf } from './fixtures.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('a child program', () => {
  const deadlineMs = 20_000;

  it('returns its output and reports each line immediately', async () => {
    const lines: string[] = [];
    const options = { signal: new AbortController().signal, deadlineMs, onLine: (line: string) => lines.push(line) };
    expect(await runChild('sh', ['-c', 'echo out; echo err >&2'], options)).toBe('out');
    expect(lines.sort()).toEqual(['err', 'out']);
  });

  it('that fails is an error with its last output', async () => {
    const options = { signal: new AbortController().signal, deadlineMs };
    await expect(runChild('sh', ['-c', 'echo no such thing >&2; exit 3'], options)).rejects.toThrow('no such thing');
  });

  it('is killed with its children on abort', async () => {
    const stop = new AbortController();
    let grandchild = 0;
    const running = runChild('sh', ['-c', 'sleep 1000 & echo $!; wait'], {
      signal: stop.signal,
      deadlineMs,
      onLine: (line) => {
        grandchild = Number(line);
        stop.abort(new Error('interrupted'));
      },
    });
    await expect(running).rejects.toThrow('interrupted');
    await expect.poll(() => readFile(`/proc/${grandchild}/stat`, 'utf8').catch(() => 'gone')).toMatch(/^gone|\) Z /);
  });

  it('is killed at its timeout', async () => {
    const options = { signal: new AbortController().signal, deadlineMs: 50 };
    await expect(runChild('sleep', ['1000'], options)).rejects.toThrow('timeout');
  });
});

describe('kubernetes from upstream', () => {
  const upstreamFiles = Object.fromEntries(
    kubernetesPrograms.map((name) => [`${releasePaths.kubernetes}/${name}`, `program ${name}`]),
  );

  it('is downloaded and verified if reachable', async () => {
    const context = await contextFor(withDigests(upstreamFiles));
    expect(await kubernetesArtifact.build(context)).toBe('upstream 1.20.2');
    for (const name of kubernetesPrograms) {
      const file = join(context.out, 'files', releasePaths.kubernetes, name);
      expect(await readFile(file, 'utf8')).toBe(`program ${name}`);
      expect(await readFile(`${file}.sha256`, 'utf8')).toBe(await computeSha256(file));
    }
  });

  it('with a wrong digest is rejected', async () => {
    const context = await contextFor({
      ...withDigests(upstreamFiles),
      [`${releasePaths.kubernetes}/kubelet`]: 'another',
    });
    await expect(kubernetesArtifact.build(context)).rejects.toThrow('the digest does not match "kubelet.sha256"');
  });
});

describe('a tarball', () => {
  it('can be read by tar, and its programs run', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'program'), '#!/bin/sh\necho it runs\n');
    await writeTarball(join(folder, 'a.tar.gz'), { 'inner/program': join(folder, 'program') });
    await execa('tar', ['-xzf', 'a.tar.gz'], { cwd: folder });
    expect((await execa(join(folder, 'inner/program'))).stdout).toBe('it runs');
  });

  it('of a file that is missing is an error', async () => {
    const folder = await temporaryFolder();
    await expect(writeTarball(join(folder, 'a.tar.gz'), { program: join(folder, 'none') })).rejects.toThrow('ENOENT');
  });
});

describe('separate apt configuration', () => {
  it('has the sources of one suite, signed where there is a keyring', () => {
    const mirror = 'http://mirror.test/debian';
    expect(renderSources({ mirror, suite: 'bookworm', signedBy: '/keys.gpg' })).toBe(
      'deb [target=Packages signed-by=/keys.gpg] http://mirror.test/debian bookworm main\n' +
        'deb-src [target=Sources signed-by=/keys.gpg] http://mirror.test/debian bookworm main\n',
    );
    expect(renderSources({ mirror, suite: 'bookworm', signedBy: undefined })).toContain('deb [target=Packages] http');
  });

  it('is valid for apt, which uses no other sources', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'apt.conf'), renderAptConfiguration(folder));
    const { stdout } = await execa('apt-config', [`--config-file=${join(folder, 'apt.conf')}`, 'dump']);
    expect(stdout).toContain(`Dir::State::lists "${folder}/lists";`);
    expect(stdout).toContain(`Dir::Etc::sourcelist "${folder}/sources.list";`);
    expect(stdout).not.toMatch(/^APT::Update::Post-Invoke.*"[^"]+";$/m);
  });
});

function withDigests(files: Readonly<Record<string, string>>): Record<string, string> {
  const sums = Object.entries(files).map(([path, content]) => [
    `${path}.sha256`,
    createHash('sha256').update(content).digest('hex'),
  ]);
  return { ...files, ...Object.fromEntries(sums) };
}

async function contextFor(files: Readonly<Record<string, string>>) {
  const mirror = await mirrorOf([filesPart('upstream', files)]);
  const folder = await temporaryFolder();
  const { signal } = new AbortController();
  const debian = new DebianSuite(join(folder, 'apt'), 'bookworm', signal);
  return {
    out: join(folder, 'out'),
    work: join(folder, 'work'),
    debian,
    upstream: `${mirror.url}/`,
    signal,
    log: () => undefined,
  };
}
