import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Machine, Worker } from '../../../src/engine/cluster/cluster.ts';
import { etcdUnit } from '../../../src/engine/render/etcd-unit.ts';
import { kubeApiserverUnit } from '../../../src/engine/render/kube-apiserver-unit.ts';
import { kubeControllerManagerUnit } from '../../../src/engine/render/kube-controller-manager-unit.ts';
import { kubeProxyConfig } from '../../../src/engine/render/kube-proxy-config.ts';
import { kubeProxyUnit } from '../../../src/engine/render/kube-proxy-unit.ts';
import { kubeSchedulerConfig } from '../../../src/engine/render/kube-scheduler-config.ts';
import { kubeSchedulerUnit } from '../../../src/engine/render/kube-scheduler-unit.ts';
import { kubeletConfig } from '../../../src/engine/render/kubelet-config.ts';
import { kubeletUnit } from '../../../src/engine/render/kubelet-unit.ts';
import { aCluster } from '../../fixtures/cluster.ts';
import { flagsOf } from './flags.ts';

/** A folder with the programs of 1.20.2; what is not in it is skipped. */
const bin = process.env.KTHW_TEST_BIN ?? '';
const has = (program: string) => bin !== '' && existsSync(join(bin, program));

const cluster = aCluster();
const controller = cluster.controllerMachines[0] as Machine;
const worker = cluster.workerMachines[0] as Worker;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kthw-render-'));
});
afterAll(() => rm(folder, { recursive: true }));

function run(program: string, args: readonly string[]) {
  return execa(join(bin, program), args, { all: true, reject: false, timeout: 20_000 });
}

describe('every flag that is rendered', () => {
  const units: [program: string, unit: string][] = [
    ['etcd', etcdUnit(cluster, controller, { state: 'new' })],
    ['kube-apiserver', kubeApiserverUnit(cluster, controller, { publicAddress: '203.0.113.7', alphaApis: true })],
    ['kube-controller-manager', kubeControllerManagerUnit(cluster)],
    ['kube-scheduler', kubeSchedulerUnit()],
    ['kubelet', kubeletUnit(cluster, worker)],
    ['kube-proxy', kubeProxyUnit()],
  ];
  for (const [program, unit] of units)
    it.skipIf(!has(program))(`is known to ${program}`, async () => {
      const known = new Set(
        Array.from((await run(program, ['--help'])).all.matchAll(/^ +(?:-\w, )?--([\w-]+)/gm), (m) => m[1]),
      );
      expect(known.size).toBeGreaterThan(20);
      expect([...flagsOf(unit).keys()].filter((flag) => !known.has(flag))).toEqual([]);
    });
});

describe('every field that is rendered', () => {
  const configurations: [program: string, config: string][] = [
    ['kube-scheduler', kubeSchedulerConfig(cluster.release)],
    ['kubelet', kubeletConfig(cluster, worker)],
    ['kube-proxy', kubeProxyConfig(cluster, worker)],
  ];
  for (const [program, config] of configurations)
    it.skipIf(!has(program))(`is known to ${program}`, async () => {
      expect(await start(program, `${config}nonsense: 1\n`)).toMatch(unknownField);
      const output = await start(program, config);
      expect(output).not.toMatch(unknownField);
      expect(output).toMatch(/\/none\/.*no such file or directory/);
    });
});

const unknownField = /unknown field/;

/** Starts a program with one configuration file. It reads that, then ends for want of the files that it names. */
async function start(program: string, config: string): Promise<string> {
  const file = join(folder, `${program}.yaml`);
  await writeFile(file, config.replaceAll(/\/var\/lib\/|\/run\/kube/g, `${folder}/none/`));
  return (await run(program, ['--config', file, ...(program === 'kubelet' ? ['--root-dir', folder] : [])])).all;
}
