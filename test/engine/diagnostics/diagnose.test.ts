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

function aPatient(
  type: keyof typeof types,
  metrics: HostMetrics,
  role: InspectedInstance['role'] = 'controller',
): InspectedInstance {
  return { name: `demo-${role}-0`, role, type: { name: type, ...types[type] }, metrics };
}

function read(name: string): HostMetrics {
  const text = captured[name];
  if (text === undefined) throw new Error(`nothing was captured as "${name}"`);
  return parseHostMetrics(text);
}

const well: HostMetrics = { services: [], etcd: { slowRequests: 0, fsyncMs: 3, commitMs: 9, hasLeader: true } };

describe('what was captured on real machines', () => {
  test('f1-micro is too small, and the figures say so', () => {
    const { issues, undersized } = diagnose([aPatient('f1-micro', read('f1-micro'))]);
    expect(issues.map(({ text }) => text)).toEqual([
      'etcd said `took too long` 122 times in 10 minutes',
      'etcd sent 32 heartbeats too late',
      "etcd's log reaches the disk in 121.2 ms (99th percentile; 10 ms is healthy)",
      "etcd's database commits in 121.7 ms (99th percentile; 25 ms is healthy)",
      'it was held back in 36 % of all scheduling periods since it started',
    ]);
    expect(undersized).toEqual({
      machineType: 'f1-micro',
      suggestedMachineType: 'e2-standard-2',
      shortfalls: ['a share of a CPU where 1 whole one is needed', '614 MB where 2000 MB are needed'],
    });
  });

  test('e2-standard-2 on a host that is busy shows the same of etcd and is not too small', () => {
    const { issues, undersized } = diagnose([aPatient('e2-standard-2', read('e2-standard-2-on-a-busy-host'))]);
    expect(issues.map(({ text }) => text)).toContain('etcd said `took too long` 139 times in 10 minutes');
    expect(issues.map(({ text }) => text).join()).not.toContain('held back');
    expect(undersized).toBeUndefined();
  });
});

describe('too small', () => {
  test.each([
    ['a small controller with a symptom', aPatient('f1-micro', { ...well, throttled: 0.5 }), 'f1-micro'],
    ['a small controller that is well', aPatient('f1-micro', well), undefined],
    ['a large controller with a symptom', aPatient('e2-standard-2', { ...well, throttled: 0.5 }), undefined],
    ['one with enough memory and a shared CPU', aPatient('e2-medium', { ...well, throttled: 0.5 }), 'e2-medium'],
    ['a small worker with a symptom', aPatient('f1-micro', { ...well, throttled: 0.5 }, 'worker'), undefined],
    ['a small controller that can’t be looked at', { ...aPatient('f1-micro', well), metrics: undefined }, undefined],
  ])('%s', (_, patient, expected) => {
    const { metrics, ...rest } = patient;
    expect(diagnose([metrics ? patient : { ...rest, error: 'it does not answer' }]).undersized?.machineType).toBe(
      expected,
    );
  });

  test('is said of a half-resized cluster for the controllers that are still small', () => {
    const slow = { ...well, throttled: 0.5 };
    expect(diagnose([aPatient('e2-standard-2', slow), aPatient('f1-micro', slow)]).undersized?.machineType).toBe(
      'f1-micro',
    );
    expect(diagnose([aPatient('e2-standard-2', slow), aPatient('f1-micro', well)]).undersized).toBeUndefined();
  });
});

describe('findings', () => {
  test.each<[string, HostMetrics, HostMetrics]>([
    ['took too long', { services: [], etcd: { slowRequests: 10 } }, { services: [], etcd: { slowRequests: 11 } }],
    ['leader changed', { services: [], etcd: { leaderChanges: 3 } }, { services: [], etcd: { leaderChanges: 4 } }],
    ['no leader', { services: [], etcd: { hasLeader: true } }, { services: [], etcd: { hasLeader: false } }],
    ['heartbeats', { services: [], etcd: { heartbeatFailures: 3 } }, { services: [], etcd: { heartbeatFailures: 4 } }],
    ['disk', { services: [], etcd: { fsyncMs: 10 } }, { services: [], etcd: { fsyncMs: 10.1 } }],
    ['commits', { services: [], etcd: { commitMs: 25 } }, { services: [], etcd: { commitMs: 25.1 } }],
    ['round trip', { services: [], etcd: { roundTripMs: 100 } }, { services: [], etcd: { roundTripMs: 100.1 } }],
    ['held back', { services: [], throttled: 0.1 }, { services: [], throttled: 0.11 }],
    ['hypervisor', { services: [], steal: 0.1 }, { services: [], steal: 0.11 }],
    ['waits for its disk', { services: [], iowait: 0.3 }, { services: [], iowait: 0.31 }],
    [
      'memory',
      { services: [], memory: { totalMb: 614, availableMb: 100 } },
      { services: [], memory: { totalMb: 614, availableMb: 99 } },
    ],
    ['swaps', { services: [], swapUsedMb: 0 }, { services: [], swapUsedMb: 1 }],
    [
      'etcd was restarted 2 times',
      { services: [{ name: 'etcd', active: 'active', restarts: 0 }] },
      { services: [{ name: 'etcd', active: 'active', restarts: 2 }] },
    ],
    [
      'etcd has failed',
      { services: [{ name: 'etcd', active: 'activating', restarts: 0 }] },
      { services: [{ name: 'etcd', active: 'failed', restarts: 0 }] },
    ],
  ])('%s: just so is well, a little more is told', (words, just, more) => {
    expect(diagnose([aPatient('e2-standard-2', just)]).issues).toEqual([]);
    const { issues } = diagnose([aPatient('e2-standard-2', more)]);
    expect(issues.length).toBe(1);
    expect(issues[0]).toMatchObject({ instance: 'demo-controller-0', text: expect.stringContaining(words) });
  });

  test('a machine that can’t be looked at is one', () => {
    expect(diagnose([{ name: 'demo-worker-0', role: 'worker', error: 'it is TERMINATED' }])).toEqual({
      issues: [{ instance: 'demo-worker-0', text: 'it is TERMINATED' }],
    });
  });
});
