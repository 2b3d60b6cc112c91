import { describe, expect, test } from 'vitest';
import { sampleSnapshots } from '../../../local/gallery/samples/sample-snapshots.ts';
import { describeClusterMap, renderClusterMapSvg } from '../../../src/commands/charts/cluster-map.ts';
import { computeInstanceHealth } from '../../../src/commands/charts/instance-health.ts';
import type { InstanceSnapshot } from '../../../src/engine/diagnostics/cluster-snapshot.ts';

const machine = { name: 'demo-worker-0', role: 'worker', address: '10.240.0.20' } as const;
const seen = { ...machine, exists: true, status: 'RUNNING' } as const;

describe('the health of a machine', () => {
  test.each<[string, InstanceSnapshot, string]>([
    ['is good where all of it runs', { ...seen, inactiveServices: [], nodeReady: true }, 'good: node ready'],
    ['is good for a controller without a node', { ...seen, role: 'controller', inactiveServices: [] }, 'good: healthy'],
    ['is bad where there is none', { ...machine, exists: false }, 'bad: missing'],
    ['is bad where it is off', { ...machine, exists: true, status: 'TERMINATED' }, 'bad: terminated'],
    ['is bad where its node is not ready', { ...seen, inactiveServices: [], nodeReady: false }, 'bad: node not ready'],
    [
      'names what is down',
      { ...seen, inactiveServices: ['kubelet', 'containerd'] },
      'bad: inactive: kubelet, containerd',
    ],
    ['is not known where nobody could look', machine, 'unknown: not checked'],
    [
      'is not called good because only its node is',
      { ...seen, nodeReady: true },
      'unknown: node ready, services unknown',
    ],
    [
      'is not called good because only the machine is',
      { ...seen, inactiveServices: [] },
      'unknown: running, node unknown',
    ],
  ])('%s', (_, one, health) => {
    const { status, label } = computeInstanceHealth(one);
    expect(`${status}: ${label}`).toBe(health);
  });
});

describe('the picture of a cluster', () => {
  test.each(Object.entries(sampleSnapshots))('that is %s is what it was', (_, sight) => {
    expect(renderClusterMapSvg(sight)).toMatchSnapshot();
  });

  test.each(Object.entries(sampleSnapshots))(
    'that is %s has every machine in it, inside of it and none on another',
    (_, sight) => {
      const svg = renderClusterMapSvg(sight);
      const [, width = 0, height = 0] = /viewBox="0 0 (\d+) ([\d.]+)"/.exec(svg)?.map(Number) ?? [];
      const boxes = Array.from(svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="112"/g), (m) =>
        m.slice(1).map(Number),
      );
      expect(boxes).toHaveLength(sight.instances.length);
      expect(new Set(boxes.map(String)).size).toBe(boxes.length);
      for (const [x = 0, y = 0, w = 0] of boxes) {
        expect(x).toBeGreaterThan(0);
        expect(x + w).toBeLessThan(width);
        expect(y + 112).toBeLessThan(height);
      }
      for (const { address, podCidr } of sight.instances) expect(svg).toContain(podCidr ? `pods ${podCidr}` : address);
    },
  );

  test('says in words who is not well, and what could not be seen', () => {
    expect(describeClusterMap(sampleSnapshots.degraded)).toBe(
      'Cluster map of demo: 2/6 nodes healthy; unhealthy: controller-2 (terminated), worker-0 (node not ready), worker-1 (missing); unknown: worker-2 (node ready, services unknown); load balancer 203.0.113.7: 2/3 backends healthy; etcd leader controller-1; 3 checks failed',
    );
  });

  test('does not say of what nobody could look at that it is well', () => {
    const { healthy: well } = sampleSnapshots;
    const instances = well.instances.map(({ name, role, address }) => ({ name, role, address }));
    const words = describeClusterMap({
      ...well,
      instances,
      loadBalancer: {},
      errors: ['load balancer: Compute Engine answered nothing'],
    });
    expect(words).toContain('0/6 nodes healthy');
    expect(words).toContain('load balancer without IP address: backend health unknown; etcd leader unknown');
    expect(renderClusterMapSvg({ ...well, instances, loadBalancer: {}, errors: [] })).not.toContain('#1a7f45');
  });
});
