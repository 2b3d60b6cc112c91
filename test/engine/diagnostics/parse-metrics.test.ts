import { describe, expect, test } from 'vitest';
import { computePercentile, parseHostMetrics } from '../../../src/engine/diagnostics/parse-host-metrics.ts';
import { captured } from './captured.ts';

const controlPlane = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

function up(names: readonly string[]) {
  return names.map((name) => ({ name, active: 'active', restarts: 0 }));
}

describe('metrics captured on real instances', () => {
  test('are parsed for a controller on f1-micro', () => {
    expect(parseHostMetrics(captured['f1-micro'] ?? '')).toEqual({
      cpus: 0.2,
      load: 11.64,
      throttled: expect.closeTo(0.356, 3),
      steal: 0,
      iowait: expect.closeTo(0.005, 3),
      memory: { totalMb: 614, availableMb: 107 },
      swapUsedMb: 0,
      services: up(controlPlane),
      etcd: {
        slowRequests: 122,
        leaderChanges: 1,
        heartbeatFailures: 32,
        hasLeader: true,
        fsyncMs: 121.2,
        commitMs: 121.7,
      },
    });
  });

  test('are parsed for a controller on e2-standard-2', () => {
    expect(parseHostMetrics(captured['e2-standard-2'] ?? '')).toMatchObject({
      cpus: 2,
      throttled: 0,
      memory: { totalMb: 8192, availableMb: 7827 },
      services: up(controlPlane),
      etcd: { slowRequests: 6, leaderChanges: 1, fsyncMs: 38.4, commitMs: 48.3 },
    });
  });

  test('have other services and no etcd on a worker', () => {
    const readings = parseHostMetrics(captured['f1-micro-worker'] ?? '');
    expect(readings.services).toEqual(up(['kubelet', 'containerd']));
    expect(readings).not.toHaveProperty('etcd');
  });

  test('include round trips only with enough samples', () => {
    expect(parseHostMetrics(captured['f1-micro'] ?? '').etcd).not.toHaveProperty('roundTripMs');
    expect(parseHostMetrics(captured['f1-micro-after-9-minutes'] ?? '').etcd).toMatchObject({ roundTripMs: 147.5 });
  });
});

describe('metrics of other instances', () => {
  test('include limits of cgroup v2', () => {
    const text = [
      'nproc 4',
      'MemTotal: 16000000 kB',
      'MemAvailable: 9000000 kB',
      'cpu.max 50000 100000',
      `memory.max ${1024 ** 3}`,
      `memory.current ${900 * 1024 ** 2}`,
      `inactive_file ${100 * 1024 ** 2}`,
      'nr_periods 200',
      'nr_throttled 50',
    ].join('\n');
    expect(parseHostMetrics(text)).toEqual({
      cpus: 0.5,
      throttled: 0.25,
      memory: { totalMb: 1024, availableMb: 224 },
      services: [],
    });
  });

  test.each([
    ['version 2', 'cpu.max max 100000'],
    [
      'version 1',
      'cpu/cpu.cfs_quota_us -1\ncpu/cpu.cfs_period_us 100000\nmemory/memory.limit_in_bytes 9223372036854771712',
    ],
  ])('have no limits for a whole instance, %s', (_, groups) => {
    const memory = 'MemTotal: 8000000 kB\nMemAvailable: 7000000 kB\nmemory/memory.usage_in_bytes 100';
    expect(parseHostMetrics(`nproc 2\n${groups}\n${memory}`)).toEqual({
      cpus: 2,
      memory: { totalMb: 7813, availableMb: 6836 },
      services: [],
    });
  });

  test('include steal, iowait and swap', () => {
    const text =
      'before cpu  100 0 100 800 0 0 0 0 0 0\nafter cpu  120 0 110 830 10 0 0 30 0 0\nSwapTotal: 2048 kB\nSwapFree: 1024 kB';
    expect(parseHostMetrics(text)).toEqual({ steal: 0.3, iowait: 0.1, swapUsedMb: 1, services: [] });
  });

  test('include failed and restarted services and omit those not installed', () => {
    const text = [
      'NRestarts=4\nId=etcd.service\nLoadState=loaded\nActiveState=failed\n',
      'NRestarts=0\nId=kubelet.service\nLoadState=not-found\nActiveState=inactive\n',
    ].join('\n');
    expect(parseHostMetrics(text).services).toEqual([{ name: 'etcd', active: 'failed', restarts: 4 }]);
  });

  test.each(['', 'bash: line 1: nproc: command not found', 'load\nnproc \ncpu.max'])('are empty for %j', (text) => {
    expect(parseHostMetrics(text)).toEqual({ services: [] });
  });
});

describe('a percentile', () => {
  const lines = (...counts: number[]) =>
    ['0.1', '0.2', '+Inf'].map((le, i) => `m_bucket{to="x",le="${le}"} ${counts[i]}`);

  test.each([
    ['is in the first bucket', lines(100, 100, 100), 0.099],
    ['is interpolated within a bucket', lines(0, 100, 100), 0.199],
    ['is at most the last bound', lines(0, 0, 100), 0.2],
    ['is undefined for too few samples', lines(29, 29, 29), undefined],
    ['is undefined without samples', [], undefined],
  ])('%s', (_, given, expected) => {
    const found = computePercentile(given, 'm', 0.99);
    expect(found).toEqual(expected === undefined ? undefined : expect.closeTo(expected, 6));
  });

  test('combines the series of all peers of one metric', () => {
    const other = lines(0, 40, 40).map((line) => line.replace('m_', 'n_'));
    const given = [...lines(20, 20, 20), ...lines(20, 20, 20), ...other];
    expect(computePercentile(given, 'm', 0.5)).toEqual(expect.closeTo(0.05, 6));
  });
});
