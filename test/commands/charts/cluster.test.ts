import { describe, expect, test } from 'vitest';
import { sampleSnapshots } from '../../../local/gallery/samples/sample-snapshots.ts';
import { describeClusterMap, renderClusterMapSvg } from '../../../src/commands/charts/cluster-map.ts';
import { computeInstanceHealth } from '../../../src/commands/charts/instance-health.ts';
import type { InstanceSnapshot } from '../../../src/engine/diagnostics/cluster-snapshot.ts';

const uncheckedInstance = { name: 'demo-worker-0', role: 'worker', address: '10.240.0.20' } as const;
const checkedInstance = { ...uncheckedInstance, exists: true, status: 'RUNNING' } as const;

describe('the health of an instance', () => {
  test.each<[string, InstanceSnapshot, string]>([
    [
      'is good when all services are active and the node is ready',
      { ...checkedInstance, inactiveServices: [], nodeReady: true },
      'good: node ready',
    ],
    [
      'is good for a control plane instance without a node',
      { ...checkedInstance, role: 'controller', inactiveServices: [] },
      'good: healthy',
    ],
    ['is bad when the instance is missing', { ...uncheckedInstance, exists: false }, 'bad: missing'],
    [
      'is bad when the instance is not running',
      { ...uncheckedInstance, exists: true, status: 'TERMINATED' },
      'bad: terminated',
    ],
    [
      'is bad when the node is not ready',
      { ...checkedInstance, inactiveServices: [], nodeReady: false },
      'bad: node not ready',
    ],
    [
      'names inactive services',
      { ...checkedInstance, inactiveServices: ['kubelet', 'containerd'] },
      'bad: inactive: kubelet, containerd',
    ],
    ['is unknown when nothing was checked', uncheckedInstance, 'unknown: not checked'],
    [
      'is unknown when only the node was checked',
      { ...checkedInstance, nodeReady: true },
      'unknown: node ready, services unknown',
    ],
    [
      'is unknown when only the services were checked',
      { ...checkedInstance, inactiveServices: [] },
      'unknown: running, node unknown',
    ],
  ])('%s', (_, one, health) => {
    const { status, label } = computeInstanceHealth(one);
    expect(`${status}: ${label}`).toBe(health);
  });
});

describe('the cluster map', () => {
  test.each(Object.entries(sampleSnapshots))('of a cluster that is %s matches its snapshot', (_, snapshot) => {
    expect(renderClusterMapSvg(snapshot)).toMatchSnapshot();
  });

  test.each(Object.entries(sampleSnapshots))(
    'of a cluster that is %s shows every instance without overlap',
    (_, snapshot) => {
      const svg = renderClusterMapSvg(snapshot);
      const [, width = 0, height = 0] = /viewBox="0 0 (\d+) ([\d.]+)"/.exec(svg)?.map(Number) ?? [];
      const boxes = Array.from(svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="112"/g), (m) =>
        m.slice(1).map(Number),
      );
      expect(boxes).toHaveLength(snapshot.instances.length);
      expect(new Set(boxes.map(String)).size).toBe(boxes.length);
      for (const [x = 0, y = 0, w = 0] of boxes) {
        expect(x).toBeGreaterThan(0);
        expect(x + w).toBeLessThan(width);
        expect(y + 112).toBeLessThan(height);
      }
      for (const { address, podCidr } of snapshot.instances)
        expect(svg).toContain(podCidr ? `pods ${podCidr}` : address);
    },
  );

  test('describes unhealthy and unknown instances in the alt text', () => {
    expect(describeClusterMap(sampleSnapshots.degraded)).toBe(
      'Cluster map of demo: 2/6 nodes healthy; unhealthy: controller-2 (terminated), worker-0 (node not ready), worker-1 (missing); unknown: worker-2 (node ready, services unknown); load balancer 203.0.113.7: 2/3 backends healthy; etcd leader controller-1; 3 checks failed',
    );
  });

  test('does not describe unchecked instances as healthy', () => {
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
