import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Cluster, Instance, WorkerInstance } from '../../../src/engine/cluster/cluster.ts';
import { mirrorVersion } from '../../../src/engine/cluster/default-version.ts';
import { getMinorVersion, releases } from '../../../src/engine/cluster/releases.ts';
import { renderAdmissionConfig } from '../../../src/engine/render/admission-config.ts';
import { renderAuditPolicy } from '../../../src/engine/render/audit-policy.ts';
import { renderContainerdConfig } from '../../../src/engine/render/containerd.ts';
import { renderEncryptionConfig } from '../../../src/engine/render/encryption-config.ts';
import { renderEtcdUnit } from '../../../src/engine/render/etcd-unit.ts';
import { renderKubeApiserverUnit } from '../../../src/engine/render/kube-apiserver-unit.ts';
import { renderKubeControllerManagerUnit } from '../../../src/engine/render/kube-controller-manager-unit.ts';
import { renderKubeProxyConfig, renderKubeProxyUnit } from '../../../src/engine/render/kube-proxy.ts';
import { renderKubeSchedulerConfig, renderKubeSchedulerUnit } from '../../../src/engine/render/kube-scheduler.ts';
import { renderKubeletConfig, renderKubeletUnit } from '../../../src/engine/render/kubelet.ts';
import { getBootImage } from '../../../src/engine/steps/instance-step.ts';
import { Secret } from '../../../src/store/vault/secret.ts';
import { buildCluster } from '../../fixtures/cluster.ts';
import { parseUnitFlags } from './flags.ts';
import { listUnknownNames, type MinorRanges, type Program, readReference } from './reference.ts';

interface Plugin {
  readonly configuration: { readonly apiVersion: string; readonly kind: string };
}

const sources = readReference('sources');

describe.each(releases)('Kubernetes $kubernetes', (release) => {
  const minor = getMinorVersion(release);
  const cluster = buildCluster({ version: release.kubernetes });
  const configurations = configurationsOf(cluster);

  it.each(Object.entries(unitsOf(cluster)))('knows every flag of %s', (program, unit) => {
    const flags = [...parseUnitFlags(unit).keys()];
    expect(flags).not.toEqual([]);
    expect(listUnknownNames(minor, readReference(program as Program).flags, flags)).toEqual([]);
  });

  it.each(Object.entries(configurations))('supports the version of the %s configuration', (_name, text) => {
    const { apiVersion, kind } = parse(text);
    expect(listUnknownNames(minor, sources.kinds, [`${apiVersion} ${kind}`])).toEqual([]);
  });

  it.each(['kubelet', 'kube-proxy', 'kube-scheduler'] as const)('knows every field of the %s configuration', (name) => {
    const { apiVersion, kind: _, ...fields } = parse(configurations[name]);
    const known = readReference(name).fields as MinorRanges & Record<string, MinorRanges>;
    const spans = name === 'kube-scheduler' ? known[apiVersion.split('/')[1]] : known;
    expect(listUnknownNames(minor, spans ?? {}, Object.keys(fields))).toEqual([]);
  });

  it('knows every admission plugin and its configuration', () => {
    const { admission } = readReference('kube-apiserver');
    const { plugins } = parse(configurations.admission);
    const named = parseUnitFlags(unitsOf(cluster)['kube-apiserver']).get('enable-admission-plugins')?.split(',') ?? [];
    expect(named).toContain('NodeRestriction');
    const configured = plugins.map(({ name }: { name: string }) => name);
    expect(listUnknownNames(minor, admission, [...named, ...configured])).toEqual([]);
    const kinds = plugins.map(({ configuration: { apiVersion, kind } }: Plugin) => `${apiVersion} ${kind}`);
    expect(listUnknownNames(minor, sources.kinds, kinds)).toEqual([]);
  });

  it('knows the cipher suites, and they are strong', () => {
    const { strongCiphers } = readReference('kube-apiserver');
    const units = Object.values(unitsOf(cluster)).map((unit) => parseUnitFlags(unit).get('tls-cipher-suites'));
    const names = [
      ...units.flatMap((list) => list?.split(',') ?? []),
      ...parse(configurations.kubelet).tlsCipherSuites,
    ];
    expect(names).not.toEqual([]);
    expect(listUnknownNames(minor, strongCiphers, names)).toEqual([]);
    const ofEtcd = parseUnitFlags(unitsOf(cluster).etcd).get('cipher-suites')?.split(',') ?? [];
    expect(listUnknownNames(minor, readReference('etcd').strongCiphers, ofEtcd)).toEqual([]);
  });

  it('knows every provider of the encryption configuration', () => {
    const [{ providers }] = parse(configurations.encryption).resources;
    expect(listUnknownNames(minor, sources.providers, providers.flatMap(Object.keys))).toEqual([]);
  });

  it('needs no feature gate for a field of the kubelet configuration', () => {
    const { needsNoGate } = readReference('kubelet');
    const behindOne = Object.keys(parse(configurations.kubelet)).filter((field) => field in needsNoGate);
    expect(listUnknownNames(minor, needsNoGate, behindOne)).toEqual([]);
  });

  it('has its own sources in the reference', () => {
    const source = sources.minors[minor];
    expect(source?.kubernetes).toMatch(new RegExp(`^1\\.${minor}\\.\\d+$`));
    expect(source?.api).toMatch(new RegExp(`^v0\\.${minor}\\.\\d+$|^head of `));
    expect(source?.etcd).toBe(`v${release.etcd}`);
  });

  it('has the component versions of its kubeadm', () => {
    const { etcd, coredns, pause } = sources.minors[minor]?.kubeadm ?? {};
    // For 1.20, the mirror has Debian's etcd.
    expect(release).toMatchObject({ coredns, pause, ...(release.kubernetes === mirrorVersion ? {} : { etcd }) });
  });

  it('runs on an available image with the cgroup version that its kubelet needs', () => {
    expect(sources.machineImages[getBootImage(release)]?.cgroups).toBe(minor < 22 ? 1 : 2);
  });

  it('has a containerd that supports the configuration', () => {
    const version = /^version = (\d)$/m.exec(renderContainerdConfig(release))?.[1] ?? '';
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
    ['kube-controller-manager', 'concurrent-service-syncs', 36],
    ['etcd', 'discovery', 36],
  ])('knows that %s has --%s until 1.%i', (program, flag, last) => {
    const { flags } = readReference(program);
    expect([last, last + 1].map((minor) => listUnknownNames(minor, flags, [flag]))).toEqual([[], [flag]]);
  });

  it('knows when plugins were added, and the cipher names of etcd 3.4.13', () => {
    const { admission } = readReference('kube-apiserver');
    expect(listUnknownNames(20, admission, ['DenyServiceExternalIPs', 'EventRateLimit'])).toEqual([
      'DenyServiceExternalIPs',
    ]);
    expect(listUnknownNames(24, admission, ['PodSecurity', 'PodSecurityPolicy'])).toEqual(['PodSecurityPolicy']);
    const { strongCiphers } = readReference('etcd');
    const names = ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256'];
    expect(listUnknownNames(21, strongCiphers, names)).toEqual([names[1]]);
  });

  it('does not know an invented flag', () => {
    expect(listUnknownNames(36, readReference('kubelet').flags, ['no-such-flag', 'config'])).toEqual(['no-such-flag']);
  });
});

function unitsOf(cluster: Cluster): Record<Program, string> {
  const controller = cluster.controllerInstances[0] as Instance;
  return {
    etcd: renderEtcdUnit(cluster, controller, { state: 'existing' }),
    'kube-apiserver': renderKubeApiserverUnit(cluster, controller, { alphaApis: true }),
    'kube-controller-manager': renderKubeControllerManagerUnit(cluster),
    'kube-scheduler': renderKubeSchedulerUnit(),
    kubelet: renderKubeletUnit(cluster, cluster.workerInstances[0] as WorkerInstance),
    'kube-proxy': renderKubeProxyUnit(),
  };
}

function configurationsOf(cluster: Cluster) {
  const worker = cluster.workerInstances[0] as WorkerInstance;
  return {
    kubelet: renderKubeletConfig(cluster, worker),
    'kube-proxy': renderKubeProxyConfig(cluster, worker),
    'kube-scheduler': renderKubeSchedulerConfig(cluster.release),
    encryption: renderEncryptionConfig(new Secret(randomBytes(32))).reveal(),
    audit: renderAuditPolicy(),
    admission: renderAdmissionConfig(cluster.release),
  };
}
