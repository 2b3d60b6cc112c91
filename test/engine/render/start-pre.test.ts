import { mkdir, mkdtemp, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Instance, WorkerInstance } from '../../../src/engine/cluster/cluster.ts';
import { etcdDataLostMarker, renderEtcdUnit } from '../../../src/engine/render/etcd-unit.ts';
import { renderKubeletUnit } from '../../../src/engine/render/kubelet.ts';
import { buildCluster } from '../../fixtures/cluster.ts';

const cluster = buildCluster();
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kthw-pre-'));
});
afterEach(() => rm(root, { recursive: true }));

/** Runs a unit's ExecStartPre commands with all paths below a temporary directory. */
function startPre(unit: string) {
  const command = /^ExecStartPre=(.*)$/m.exec(unit)?.[1] ?? '';
  return execa('sh', ['-c', command.replaceAll(/\/(var|run|etc)\//g, `${root}/$1/`)], { reject: false });
}

describe('etcd ExecStartPre for an existing member', () => {
  const unit = renderEtcdUnit(cluster, cluster.controllerInstances[0] as Instance, { state: 'existing' });

  it('fails with a marker when the data is lost', async () => {
    await mkdir(`${root}/var/lib/etcd`, { recursive: true });
    expect(await startPre(unit)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(etcdDataLostMarker) });
  });

  it('succeeds with data', async () => {
    await mkdir(`${root}/var/lib/etcd/member`, { recursive: true });
    expect(await startPre(unit)).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

describe('kubelet ExecStartPre', () => {
  const unit = renderKubeletUnit(cluster, cluster.workerInstances[0] as WorkerInstance);

  it.each([
    ['the machine’s own resolver', [], '/etc/resolv.conf'],
    ['the servers behind systemd-resolved', ['/run/systemd/resolve/resolv.conf'], '/run/systemd/resolve/resolv.conf'],
  ])('gives pods %s, also after a reboot', async (_what, present, expected) => {
    await mkdir(`${root}/var/lib/kubelet`, { recursive: true });
    for (const file of present) await mkdir(root + file, { recursive: true });
    for (const _boot of [1, 2]) {
      expect((await startPre(unit)).exitCode).toBe(0);
      expect(await readlink(`${root}/var/lib/kubelet/resolv.conf`)).toBe(root + expected);
    }
  });
});
