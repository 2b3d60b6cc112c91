import { describe, expect, it } from 'vitest';
import type { Instance, WorkerInstance } from '../../../src/engine/cluster/cluster.ts';
import { renderContainerdUnit } from '../../../src/engine/render/containerd.ts';
import { renderEtcdUnit } from '../../../src/engine/render/etcd-unit.ts';
import { renderKubeApiserverUnit } from '../../../src/engine/render/kube-apiserver-unit.ts';
import { renderKubeControllerManagerUnit } from '../../../src/engine/render/kube-controller-manager-unit.ts';
import { renderKubeProxyUnit } from '../../../src/engine/render/kube-proxy.ts';
import { renderKubeSchedulerUnit } from '../../../src/engine/render/kube-scheduler.ts';
import { renderKubeletUnit } from '../../../src/engine/render/kubelet.ts';
import { metadataFirewall, renderMetadataFirewallUnit } from '../../../src/engine/render/metadata-firewall.ts';
import { buildCluster } from '../../fixtures/cluster.ts';
import { parseUnitFlags } from './flags.ts';

const cluster = buildCluster();
const controller = cluster.controllerInstances[1] as Instance;
const worker = cluster.workerInstances[2] as WorkerInstance;

describe('the unit files of 1.20.2', () => {
  it.each([
    ['etcd', renderEtcdUnit(cluster, controller, { state: 'new' })],
    ['kube-apiserver', renderKubeApiserverUnit(cluster, controller)],
    ['kube-controller-manager', renderKubeControllerManagerUnit(cluster)],
    ['kube-scheduler', renderKubeSchedulerUnit()],
    ['containerd', renderContainerdUnit()],
    ['kubelet', renderKubeletUnit(cluster, worker)],
    ['kube-proxy', renderKubeProxyUnit()],
    [metadataFirewall.unit, renderMetadataFirewallUnit()],
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
    const unit = renderEtcdUnit(cluster, controller, { state });
    expect(parseUnitFlags(unit).get('initial-cluster-state')).toBe(flag);
    expect(unit.includes('kthw-etcd-data-lost')).toBe(refuses);
  });

  it.each([1, 3, 5] as const)('lists all %i members', (controllers) => {
    const small = buildCluster({ controllers });
    const members = parseUnitFlags(
      renderEtcdUnit(small, small.controllerInstances[0] as Instance, { state: 'new' }),
    ).get('initial-cluster');
    expect(members?.split(',')).toHaveLength(controllers);
    expect(members).toContain('demo-controller-0=https://10.240.0.10:2380');
  });
});

describe('the API server’s unit', () => {
  it('serves alpha APIs only on request', () => {
    const of = (options: object) => parseUnitFlags(renderKubeApiserverUnit(cluster, controller, options));
    expect(of({}).has('runtime-config')).toBe(false);
    expect(of({ alphaApis: true }).get('runtime-config')).toBe('api/all=true');
  });

  it('has the addresses, issuer and ranges of the cluster', () => {
    const flags = parseUnitFlags(renderKubeApiserverUnit(buildCluster({ serviceCidr: '10.9.0.0/16' }), controller));
    expect(Object.fromEntries(flags)).toMatchObject({
      'advertise-address': '10.240.0.11',
      'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
      'service-cluster-ip-range': '10.9.0.0/16',
    });
  });
});
