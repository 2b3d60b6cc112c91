import { describe, expect, test } from 'vitest';
import { sights } from '../../../local/gallery/samples/sample-snapshots.ts';
import { clusterSvg, clusterWords } from '../../../src/commands/charts/cluster-map.ts';
import { healthOf } from '../../../src/commands/charts/instance-health.ts';
import type { MachineSight } from '../../../src/engine/diagnostics/cluster-snapshot.ts';

const machine = { name: 'demo-worker-0', role: 'worker', address: '10.240.0.20' } as const;
const seen = { ...machine, exists: true, status: 'RUNNING' } as const;

describe('the health of a machine', () => {
  test.each<[string, MachineSight, string]>([
    ['is good where all of it runs', { ...seen, down: [], ready: true }, 'good: node ready'],
    ['is good for a controller without a node', { ...seen, role: 'controller', down: [] }, 'good: healthy'],
    ['is bad where there is none', { ...machine, exists: false }, 'bad: not there'],
    ['is bad where it is off', { ...machine, exists: true, status: 'TERMINATED' }, 'bad: terminated'],
    ['is bad where its node is not ready', { ...seen, down: [], ready: false }, 'bad: node not ready'],
    ['names what is down', { ...seen, down: ['kubelet', 'containerd'] }, 'bad: down: kubelet, containerd'],
    ['is not known where nobody could look', machine, 'unknown: could not be looked at'],
    ['is not called good because only its node is', { ...seen, ready: true }, 'unknown: node ready, not seen'],
    ['is not called good because only the machine is', { ...seen, down: [] }, 'unknown: runs, node not seen'],
  ])('%s', (_, one, health) => {
    const { is, words } = healthOf(one);
    expect(`${is}: ${words}`).toBe(health);
  });
});

describe('the picture of a cluster', () => {
  test.each(Object.entries(sights))('that is %s is what it was', (_, sight) => {
    expect(clusterSvg(sight)).toMatchSnapshot();
  });

  test.each(Object.entries(sights))(
    'that is %s has every machine in it, inside of it and none on another',
    (_, sight) => {
      const svg = clusterSvg(sight);
      const [, width = 0, height = 0] = /viewBox="0 0 (\d+) ([\d.]+)"/.exec(svg)?.map(Number) ?? [];
      const boxes = Array.from(svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="112"/g), (m) =>
        m.slice(1).map(Number),
      );
      expect(boxes).toHaveLength(sight.machines.length);
      expect(new Set(boxes.map(String)).size).toBe(boxes.length);
      for (const [x = 0, y = 0, w = 0] of boxes) {
        expect(x).toBeGreaterThan(0);
        expect(x + w).toBeLessThan(width);
        expect(y + 112).toBeLessThan(height);
      }
      for (const { address, podCidr } of sight.machines) expect(svg).toContain(podCidr ? `pods ${podCidr}` : address);
    },
  );

  test('says in words who is not well, and what could not be seen', () => {
    expect(clusterWords(sights['in trouble'])).toBe(
      'Picture of demo: 2 of 6 machines are well; not well: controller-2 (terminated), worker-0 (node not ready), worker-1 (not there); not known: worker-2 (node ready, not seen); load balancer 203.0.113.7 sends to 2 of 3 controllers; etcd is led by controller-1; 3 things could not be looked at',
    );
  });

  test('does not say of what nobody could look at that it is well', () => {
    const { well } = sights;
    const machines = well.machines.map(({ name, role, address }) => ({ name, role, address }));
    const words = clusterWords({
      ...well,
      machines,
      balancer: {},
      unseen: ['load balancer: Compute Engine answered nothing'],
    });
    expect(words).toContain('0 of 6 machines are well');
    expect(words).toContain('load balancer without an address health not seen; etcd’s leader was not seen');
    expect(clusterSvg({ ...well, machines, balancer: {}, unseen: [] })).not.toContain('#1a7f45');
  });
});
