import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Instance, WorkerInstance } from '../../../src/engine/cluster/cluster.ts';
import { renderEtcdUnit } from '../../../src/engine/render/etcd-unit.ts';
import { renderKubeApiserverUnit } from '../../../src/engine/render/kube-apiserver-unit.ts';
import { renderKubeControllerManagerUnit } from '../../../src/engine/render/kube-controller-manager-unit.ts';
import { renderKubeProxyConfig, renderKubeProxyUnit } from '../../../src/engine/render/kube-proxy.ts';
import { renderKubeSchedulerConfig, renderKubeSchedulerUnit } from '../../../src/engine/render/kube-scheduler.ts';
import { renderKubeletConfig, renderKubeletUnit } from '../../../src/engine/render/kubelet.ts';
import { buildCluster } from '../../fixtures/cluster.ts';
import { parseUnitFlags } from './flags.ts';

/** Directory with the programs of 1.20.2; missing ones are skipped. */
const bin = process.env.KTHW_TEST_BIN ?? '';
const has = (program: string) => bin !== '' && existsSync(join(bin, program));

const cluster = buildCluster();
const controller = cluster.controllerInstances[0] as Instance;
const worker = cluster.workerInstances[0] as WorkerInstance;
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
    ['etcd', renderEtcdUnit(cluster, controller, { state: 'new' })],
    ['kube-apiserver', renderKubeApiserverUnit(cluster, controller, { alphaApis: true })],
    ['kube-controller-manager', renderKubeControllerManagerUnit(cluster)],
    ['kube-scheduler', renderKubeSchedulerUnit()],
    ['kubelet', renderKubeletUnit(cluster, worker)],
    ['kube-proxy', renderKubeProxyUnit()],
  ];
  for (const [program, unit] of units)
    it.skipIf(!has(program))(`is known to ${program}`, async () => {
      const known = new Set(
        Array.from((await run(program, ['--help'])).all.matchAll(/^ +(?:-\w, )?--([\w-]+)/gm), (m) => m[1]),
      );
      expect(known.size).toBeGreaterThan(20);
      expect([...parseUnitFlags(unit).keys()].filter((flag) => !known.has(flag))).toEqual([]);
    });
});

describe('every field that is rendered', () => {
  const configurations: [program: string, config: string][] = [
    ['kube-scheduler', renderKubeSchedulerConfig(cluster.release)],
    ['kubelet', renderKubeletConfig(cluster, worker)],
    ['kube-proxy', renderKubeProxyConfig(cluster, worker)],
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

/** Starts a program with one configuration file. It exits after reading it, because referenced files are missing. */
async function start(program: string, config: string): Promise<string> {
  const file = join(folder, `${program}.yaml`);
  await writeFile(file, config.replaceAll(/\/var\/lib\/|\/run\/kube/g, `${folder}/none/`));
  return (await run(program, ['--config', file, ...(program === 'kubelet' ? ['--root-dir', folder] : [])])).all;
}
