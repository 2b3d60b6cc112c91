import { describe, expect, it } from 'vitest';
import { listCertificateSpecs } from '../../../src/engine/pki/certificate-specs.ts';
import { buildCluster } from '../../fixtures/cluster.ts';

const known = { publicAddress: '203.0.113.7', externalAddresses: { 'demo-worker-0': '203.0.113.20' } };

describe('the certificates of a cluster', () => {
  it.each([
    ['admin', 'admin', 'system:masters'],
    ['kube-controller-manager', 'system:kube-controller-manager', 'system:kube-controller-manager'],
    ['kube-proxy', 'system:kube-proxy', 'system:node-proxier'],
    ['kube-scheduler', 'system:kube-scheduler', 'system:kube-scheduler'],
    ['service-account', 'service-accounts', 'Kubernetes'],
    ['kubernetes', 'kubernetes', 'Kubernetes'],
    ['demo-worker-2', 'system:node:demo-worker-2', 'system:nodes'],
    ['health-check', 'kthw:health-check', []],
    ['etcd', 'etcd', 'etcd'],
    ['apiserver-etcd-client', 'kube-apiserver-etcd-client', 'etcd'],
  ])('%s is %s of %s', (name, commonName, organization) => {
    expect(listCertificateSpecs(buildCluster(), known).find((c) => c.name === name)).toMatchObject({
      commonName,
      organization,
    });
  });

  it.each([0, 1, 20])('include one for each of %i workers and nine others', (workers) => {
    const names = listCertificateSpecs(buildCluster({ workers }), known).map((c) => c.name);
    expect(names).toHaveLength(9 + workers);
    expect(new Set(names).size).toBe(names.length);
  });

  it('cover all addresses of the API server', () => {
    const hosts = listCertificateSpecs(buildCluster(), known).find((c) => c.name === 'kubernetes')?.hosts;
    expect(hosts).toEqual([
      '10.32.0.1',
      '10.240.0.10',
      '10.240.0.11',
      '10.240.0.12',
      '203.0.113.7',
      '127.0.0.1',
      'kubernetes',
      'kubernetes.default',
      'kubernetes.default.svc',
      'kubernetes.default.svc.cluster',
      'kubernetes.default.svc.cluster.local',
      'demo-controller-0',
      'demo-controller-1',
      'demo-controller-2',
    ]);
  });

  it('list a host once even if the public address belongs to a controller', () => {
    const hosts = listCertificateSpecs(buildCluster({ controllers: 1 }), {
      publicAddress: '10.240.0.10',
      externalAddresses: {},
    }).find((c) => c.name === 'kubernetes')?.hosts;
    expect(hosts?.filter((h) => h === '10.240.0.10')).toHaveLength(1);
  });

  it('use the etcd CA for etcd and its client only', () => {
    const ofEtcd = listCertificateSpecs(buildCluster(), known).filter(({ issuer }) => issuer === 'etcd');
    expect(ofEtcd.map(({ name }) => name)).toEqual(['etcd', 'apiserver-etcd-client']);
  });

  it('have no server usage for pure clients', () => {
    const all = listCertificateSpecs(buildCluster(), known);
    for (const name of ['health-check', 'apiserver-etcd-client'])
      expect(all.find((c) => c.name === name)?.usages, name).toEqual(['client']);
  });

  it('give a worker its name and available addresses', () => {
    const all = listCertificateSpecs(buildCluster(), known);
    expect(all.find((c) => c.name === 'demo-worker-0')?.hosts).toEqual([
      'demo-worker-0',
      '203.0.113.20',
      '10.240.0.20',
    ]);
    expect(all.find((c) => c.name === 'demo-worker-1')?.hosts).toEqual(['demo-worker-1', '10.240.0.21']);
  });
});
