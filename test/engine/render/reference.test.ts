import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Cluster, Machine, Worker } from '../../../src/engine/cluster.ts';
import { minorOf, mirroredVersion, releases } from '../../../src/engine/releases.ts';
import { auditPolicy } from '../../../src/engine/render/audit-policy.ts';
import { containerdConfig } from '../../../src/engine/render/containerd-config.ts';
import { encryptionConfig } from '../../../src/engine/render/encryption-config.ts';
import { etcdUnit } from '../../../src/engine/render/etcd-unit.ts';
import { kubeApiserverUnit } from '../../../src/engine/render/kube-apiserver-unit.ts';
import { kubeControllerManagerUnit } from '../../../src/engine/render/kube-controller-manager-unit.ts';
import { kubeProxyConfig } from '../../../src/engine/render/kube-proxy-config.ts';
import { kubeProxyUnit } from '../../../src/engine/render/kube-proxy-unit.ts';
import { kubeSchedulerConfig } from '../../../src/engine/render/kube-scheduler-config.ts';
import { kubeSchedulerUnit } from '../../../src/engine/render/kube-scheduler-unit.ts';
import { kubeletConfig } from '../../../src/engine/render/kubelet-config.ts';
import { kubeletUnit } from '../../../src/engine/render/kubelet-unit.ts';
import { Secret } from '../../../src/store/secret.ts';
import { aCluster } from '../a-cluster.ts';
import { flagsOf } from './flags.ts';
import { type Program, readReference, type Spans, unknownTo } from './reference.ts';

const sources = readReference('sources');

describe.each(releases)('Kubernetes $kubernetes', (release) => {
  const minor = minorOf(release);
  const cluster = aCluster({ version: release.kubernetes });
  const configurations = configurationsOf(cluster);

  it.each(Object.entries(unitsOf(cluster)))('knows every flag that %s is started with', (program, unit) => {
    const flags = [...flagsOf(unit).keys()];
    expect(flags).not.toEqual([]);
    expect(unknownTo(minor, readReference(program as Program).flags, flags)).toEqual([]);
  });

  it.each(Object.entries(configurations))('reads the version of the %s configuration', (_name, text) => {
    const { apiVersion, kind } = parse(text);
    expect(unknownTo(minor, sources.kinds, [`${apiVersion} ${kind}`])).toEqual([]);
  });

  it.each(['kubelet', 'kube-proxy', 'kube-scheduler'] as const)('knows every field of the %s configuration', (name) => {
    const { apiVersion, kind: _, ...fields } = parse(configurations[name]);
    const known = readReference(name).fields as Spans & Record<string, Spans>;
    const spans = name === 'kube-scheduler' ? known[apiVersion.split('/')[1]] : known;
    expect(unknownTo(minor, spans ?? {}, Object.keys(fields))).toEqual([]);
  });

  it('has sources of its own in the reference', () => {
    const source = sources.minors[minor];
    expect(source?.kubernetes).toMatch(new RegExp(`^1\\.${minor}\\.\\d+$`));
    expect(source?.api).toMatch(new RegExp(`^v0\\.${minor}\\.\\d+$`));
    expect(source?.etcd).toBe(`v${release.etcd}`);
  });

  it('comes with what its kubeadm installs', () => {
    const { etcd, coredns, pause } = sources.minors[minor]?.kubeadm ?? {};
    // Of 1.20's etcd, our mirror has what Debian packages.
    expect(release).toMatchObject({ coredns, pause, ...(release.kubernetes === mirroredVersion ? {} : { etcd }) });
  });

  it('has a containerd that reads our configuration of it', () => {
    const version = /^version = (\d)$/m.exec(containerdConfig(release))?.[1] ?? '';
    const first = sources.containerd[version] ?? 'none';
    expect(first.localeCompare(release.containerd, 'en', { numeric: true })).toBeLessThanOrEqual(0);
  });
});

describe('the reference', () => {
  it.each<[Program, string, number]>([
    ['kubelet', 'network-plugin', 23],
    ['kubelet', 'cni-conf-dir', 23],
    ['kubelet', 'image-pull-progress-deadline', 23],
    ['kubelet', 'container-runtime', 26],
    ['kubelet', 'pod-infra-container-image', 34],
    ['kube-apiserver', 'kubelet-https', 21],
    ['kube-apiserver', 'experimental-encryption-provider-config', 23],
    ['kube-apiserver', 'service-account-api-audiences', 24],
    ['kube-apiserver', 'cloud-config', 32],
    ['kube-controller-manager', 'port', 23],
    ['kube-scheduler', 'port', 23],
    ['etcd', 'enable-v2', 33],
  ])('knows that %s has --%s until 1.%i and not after it', (program, flag, last) => {
    const { flags } = readReference(program);
    expect([last, last + 1].map((minor) => unknownTo(minor, flags, [flag]))).toEqual([[], [flag]]);
  });

  it('knows nothing of a flag that never was', () => {
    expect(unknownTo(36, readReference('kubelet').flags, ['no-such-flag', 'config'])).toEqual(['no-such-flag']);
  });
});

function unitsOf(cluster: Cluster): Record<Program, string> {
  const controller = cluster.controllerMachines[0] as Machine;
  return {
    etcd: etcdUnit(cluster, controller, { state: 'existing' }),
    'kube-apiserver': kubeApiserverUnit(cluster, controller, { publicAddress: '203.0.113.7', alphaApis: true }),
    'kube-controller-manager': kubeControllerManagerUnit(cluster),
    'kube-scheduler': kubeSchedulerUnit(),
    kubelet: kubeletUnit(cluster, cluster.workerMachines[0] as Worker),
    'kube-proxy': kubeProxyUnit(),
  };
}

function configurationsOf(cluster: Cluster) {
  const worker = cluster.workerMachines[0] as Worker;
  return {
    kubelet: kubeletConfig(cluster, worker),
    'kube-proxy': kubeProxyConfig(cluster, worker),
    'kube-scheduler': kubeSchedulerConfig(cluster.release),
    encryption: encryptionConfig(new Secret(randomBytes(32))).reveal(),
    audit: auditPolicy(),
  };
}
