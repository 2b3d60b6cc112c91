import { describe, expect, it } from 'vitest';
import type { Machine, Worker } from '../../../src/engine/cluster/cluster.ts';
import { containerdUnit } from '../../../src/engine/render/containerd-unit.ts';
import { etcdUnit } from '../../../src/engine/render/etcd-unit.ts';
import { kubeApiserverUnit } from '../../../src/engine/render/kube-apiserver-unit.ts';
import { kubeControllerManagerUnit } from '../../../src/engine/render/kube-controller-manager-unit.ts';
import { kubeProxyUnit } from '../../../src/engine/render/kube-proxy-unit.ts';
import { kubeSchedulerUnit } from '../../../src/engine/render/kube-scheduler-unit.ts';
import { kubeletUnit } from '../../../src/engine/render/kubelet-unit.ts';
import { aCluster } from '../../fixtures/cluster.ts';
import { flagsOf } from './flags.ts';

const cluster = aCluster();
const controller = cluster.controllerMachines[1] as Machine;
const worker = cluster.workerMachines[2] as Worker;
const publicAddress = '203.0.113.7';

describe('the unit files of 1.20.2', () => {
  it.each([
    ['etcd', etcdUnit(cluster, controller, { state: 'new' })],
    ['kube-apiserver', kubeApiserverUnit(cluster, controller, { publicAddress })],
    ['kube-controller-manager', kubeControllerManagerUnit(cluster)],
    ['kube-scheduler', kubeSchedulerUnit()],
    ['containerd', containerdUnit()],
    ['kubelet', kubeletUnit(cluster, worker)],
    ['kube-proxy', kubeProxyUnit()],
  ])('%s is as reviewed', async (name, unit) => {
    await expect(unit).toMatchFileSnapshot(`snapshots/${name}.service`);
  });
});

describe('etcd’s unit', () => {
  it.each([
    ['new', 'new', false],
    ['existing', 'existing', true],
    ['joining', 'existing', false],
  ] as const)('%s starts as %s; refuses to without data: %s', (state, flag, refuses) => {
    const unit = etcdUnit(cluster, controller, { state });
    expect(flagsOf(unit).get('initial-cluster-state')).toBe(flag);
    expect(unit.includes('kthw-etcd-data-lost')).toBe(refuses);
  });

  it.each([1, 3, 5] as const)('names all of %i members', (controllers) => {
    const small = aCluster({ controllers });
    const members = flagsOf(etcdUnit(small, small.controllerMachines[0] as Machine, { state: 'new' })).get(
      'initial-cluster',
    );
    expect(members?.split(',')).toHaveLength(controllers);
    expect(members).toContain('demo-controller-0=https://10.240.0.10:2380');
  });
});

describe('the API server’s unit', () => {
  it('serves alpha APIs only when asked', () => {
    const of = (options: object) => flagsOf(kubeApiserverUnit(cluster, controller, { publicAddress, ...options }));
    expect(of({}).has('runtime-config')).toBe(false);
    expect(of({ alphaApis: true }).get('runtime-config')).toBe('api/all=true');
  });

  it('listens, issues and serves ranges by the cluster', () => {
    const flags = flagsOf(kubeApiserverUnit(aCluster({ serviceCidr: '10.9.0.0/16' }), controller, { publicAddress }));
    expect(Object.fromEntries(flags)).toMatchObject({
      'advertise-address': '10.240.0.11',
      'service-account-issuer': 'https://203.0.113.7:6443',
      'service-cluster-ip-range': '10.9.0.0/16',
    });
  });
});
