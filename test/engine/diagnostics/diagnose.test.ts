import { describe, expect, test } from 'vitest';
import { diagnose, type InspectedInstance } from '../../../src/engine/diagnostics/diagnose.ts';
import type { HostMetrics } from '../../../src/engine/diagnostics/host-metrics.ts';
import { parseHostMetrics } from '../../../src/engine/diagnostics/parse-host-metrics.ts';
import { captured } from './captured.ts';

const types = {
  'f1-micro': { cpus: 1, memoryMb: 614, sharedCpu: true },
  'e2-medium': { cpus: 2, memoryMb: 4_096, sharedCpu: true },
  'e2-standard-2': { cpus: 2, memoryMb: 8_192, sharedCpu: false },
};

function createInstance(
  type: keyof typeof types,
  metrics: HostMetrics,
  role: InspectedInstance['role'] = 'controller',
): InspectedInstance {
  return { name: `demo-${role}-0`, role, type: { name: type, ...types[type] }, metrics };
}

function read(name: string): HostMetrics {
  const text = captured[name];
  if (text === undefined) throw new Error(`no capture named "${name}"`);
  return parseHostMetrics(text);
}

const healthy: HostMetrics = { services: [], etcd: { slowRequests: 0, fsyncMs: 3, commitMs: 9, hasLeader: true } };

describe('captured metrics', () => {
  test('of f1-micro show an undersized instance', () => {
    const { issues, undersized } = diagnose([createInstance('f1-micro', read('f1-micro'))]);
    expect(issues.map(({ text }) => text)).toEqual([
      'etcd logged `took too long` 122× in 10 minutes',
      '32 late etcd heartbeats',
      'WAL fsync p99 121.2 ms (recommended < 10 ms)',
      'backend commit p99 121.7 ms (recommended < 25 ms)',
      'throttled in 36% of CFS periods',
    ]);
    expect(undersized).toEqual({
      machineType: 'f1-micro',
      suggestedMachineType: 'e2-standard-2',
      shortfalls: ['shared-core CPU (1 full vCPU required)', '614 MB memory (2000 MB required)'],
    });
  });

  test('of e2-standard-2 on a busy host show etcd symptoms but no undersized instance', () => {
    const { issues, undersized } = diagnose([createInstance('e2-standard-2', read('e2-standard-2-on-a-busy-host'))]);
    expect(issues.map(({ text }) => text)).toContain('etcd logged `took too long` 139× in 10 minutes');
    expect(issues.map(({ text }) => text).join()).not.toContain('throttled');
    expect(undersized).toBeUndefined();
  });
});

describe('undersized', () => {
  test.each([
    ['a small controller with a symptom', createInstance('f1-micro', { ...healthy, throttled: 0.5 }), 'f1-micro'],
    ['a small controller without symptoms', createInstance('f1-micro', healthy), undefined],
    ['a large controller with a symptom', createInstance('e2-standard-2', { ...healthy, throttled: 0.5 }), undefined],
    [
      'a controller with enough memory and a shared CPU',
      createInstance('e2-medium', { ...healthy, throttled: 0.5 }),
      'e2-medium',
    ],
    ['a small worker with a symptom', createInstance('f1-micro', { ...healthy, throttled: 0.5 }, 'worker'), undefined],
    ['an unreachable small controller', { ...createInstance('f1-micro', healthy), metrics: undefined }, undefined],
  ])('%s', (_, instance, expected) => {
    const { metrics, ...rest } = instance;
    expect(diagnose([metrics ? instance : { ...rest, error: 'unreachable' }]).undersized?.machineType).toBe(expected);
  });

  test('names controllers that are still small after an interrupted resize', () => {
    const slow = { ...healthy, throttled: 0.5 };
    expect(
      diagnose([createInstance('e2-standard-2', slow), createInstance('f1-micro', slow)]).undersized?.machineType,
    ).toBe('f1-micro');
    expect(
      diagnose([createInstance('e2-standard-2', slow), createInstance('f1-micro', healthy)]).undersized,
    ).toBeUndefined();
  });
});

describe('issues', () => {
  test.each<[string, HostMetrics, HostMetrics]>([
    ['took too long', { services: [], etcd: { slowRequests: 10 } }, { services: [], etcd: { slowRequests: 11 } }],
    ['leader changes', { services: [], etcd: { leaderChanges: 3 } }, { services: [], etcd: { leaderChanges: 4 } }],
    ['no leader', { services: [], etcd: { hasLeader: true } }, { services: [], etcd: { hasLeader: false } }],
    ['heartbeats', { services: [], etcd: { heartbeatFailures: 3 } }, { services: [], etcd: { heartbeatFailures: 4 } }],
    ['WAL fsync', { services: [], etcd: { fsyncMs: 10 } }, { services: [], etcd: { fsyncMs: 10.1 } }],
    ['backend commit', { services: [], etcd: { commitMs: 25 } }, { services: [], etcd: { commitMs: 25.1 } }],
    ['RTT', { services: [], etcd: { roundTripMs: 100 } }, { services: [], etcd: { roundTripMs: 100.1 } }],
    ['throttled', { services: [], throttled: 0.1 }, { services: [], throttled: 0.11 }],
    ['steal', { services: [], steal: 0.1 }, { services: [], steal: 0.11 }],
    ['I/O wait', { services: [], iowait: 0.3 }, { services: [], iowait: 0.31 }],
    [
      'memory',
      { services: [], memory: { totalMb: 614, availableMb: 100 } },
      { services: [], memory: { totalMb: 614, availableMb: 99 } },
    ],
    ['swap', { services: [], swapUsedMb: 0 }, { services: [], swapUsedMb: 1 }],
    [
      'etcd.service restarted 2×',
      { services: [{ name: 'etcd', active: 'active', restarts: 0 }] },
      { services: [{ name: 'etcd', active: 'active', restarts: 2 }] },
    ],
    [
      'etcd.service failed',
      { services: [{ name: 'etcd', active: 'activating', restarts: 0 }] },
      { services: [{ name: 'etcd', active: 'failed', restarts: 0 }] },
    ],
  ])('%s: reports values beyond the limit only', (text, atLimit, beyondLimit) => {
    expect(diagnose([createInstance('e2-standard-2', atLimit)]).issues).toEqual([]);
    const { issues } = diagnose([createInstance('e2-standard-2', beyondLimit)]);
    expect(issues.length).toBe(1);
    expect(issues[0]).toMatchObject({ instance: 'demo-controller-0', text: expect.stringContaining(text) });
  });

  test('include unreachable instances', () => {
    expect(diagnose([{ name: 'demo-worker-0', role: 'worker', error: 'instance is TERMINATED' }])).toEqual({
      issues: [{ instance: 'demo-worker-0', text: 'instance is TERMINATED' }],
    });
  });
});
