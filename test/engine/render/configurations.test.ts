import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { Worker } from '../../../src/engine/cluster/cluster.ts';
import { releaseOf } from '../../../src/engine/cluster/releases.ts';
import { auditPolicy } from '../../../src/engine/render/audit-policy.ts';
import { cniBridge } from '../../../src/engine/render/cni-bridge.ts';
import { cniLoopback } from '../../../src/engine/render/cni-loopback.ts';
import { containerdConfig } from '../../../src/engine/render/containerd-config.ts';
import { corednsManifest } from '../../../src/engine/render/coredns-manifest.ts';
import { encryptionConfig } from '../../../src/engine/render/encryption-config.ts';
import { kernelModules, sysctls } from '../../../src/engine/render/kernel-settings.ts';
import { kubeProxyConfig } from '../../../src/engine/render/kube-proxy-config.ts';
import { kubeSchedulerConfig } from '../../../src/engine/render/kube-scheduler-config.ts';
import { kubeletConfig } from '../../../src/engine/render/kubelet-config.ts';
import { nginxSite } from '../../../src/engine/render/nginx-site.ts';
import { accessManifest, grantBinding } from '../../../src/engine/render/rbac-manifest.ts';
import { registryHosts } from '../../../src/engine/render/registry-hosts.ts';
import { yamlDocuments } from '../../../src/engine/render/yaml-documents.ts';
import { Secret } from '../../../src/store/vault/secret.ts';
import { aCluster } from '../../fixtures/cluster.ts';

const cluster = aCluster();
const worker = cluster.workerMachines[2] as Worker;

describe('the configurations of 1.20.2', () => {
  it.each([
    ['kube-scheduler.yaml', kubeSchedulerConfig(cluster.release)],
    ['kubelet-config.yaml', kubeletConfig(cluster, worker)],
    ['kube-proxy-config.yaml', kubeProxyConfig(cluster, worker)],
    ['audit-policy.yaml', auditPolicy()],
    ['access.yaml', accessManifest()],
    ['grant.yaml', yamlDocuments(grantBinding('3f9a12bc45de'))],
    ['coredns.yaml', corednsManifest(cluster)],
    ['containerd-2.toml', containerdConfig(cluster.release)],
    ['containerd-3.toml', containerdConfig(releaseOf('1.36.5'))],
    ['10-bridge.conf', cniBridge(worker)],
    ['99-loopback.conf', cniLoopback()],
    ['nginx-site', nginxSite()],
    ['modules', kernelModules()],
    ['sysctls', sysctls()],
    ['hosts.toml', registryHosts('registry.k8s.io', 'http://127.0.0.1:8080/') ?? ''],
  ])('%s is as reviewed', async (name, text) => {
    await expect(text).toMatchFileSnapshot(`snapshots/${name}`);
  });
});

describe('the encryption configuration', () => {
  it('is a secret that encrypts secrets first with secretbox and reads what is not', () => {
    const key = randomBytes(32);
    const config = encryptionConfig(new Secret(key));
    expect(`${config}`).toBe('[secret]');
    expect(parse(config.reveal())).toEqual({
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'EncryptionConfiguration',
      resources: [
        {
          resources: ['secrets'],
          providers: [{ secretbox: { keys: [{ name: 'key1', secret: key.toString('base64') }] } }, { identity: {} }],
        },
      ],
    });
  });

  it.each([0, 16, 31, 33])('refuses a key of %i bytes', (length) => {
    expect(() => encryptionConfig(new Secret(randomBytes(length)))).toThrow(RangeError);
  });
});

describe('the CoreDNS manifest', () => {
  it.each([
    [0, 1],
    [1, 1],
    [2, 2],
    [20, 2],
  ])('for %i workers has %i servers', (workers, replicas) => {
    const documents = parseAllDocuments(corednsManifest(aCluster({ workers }))).map((d) => d.toJS());
    expect(documents.find((d) => d.kind === 'Deployment').spec.replicas).toBe(replicas);
  });

  it('is at the address that the kubelets tell their pods', () => {
    const other = aCluster({ serviceCidr: '10.9.0.0/16' });
    const service = parseAllDocuments(corednsManifest(other))
      .map((d) => d.toJS())
      .find((d) => d.kind === 'Service');
    expect(service.spec.clusterIP).toBe('10.9.0.10');
    expect(parse(kubeletConfig(other, worker)).clusterDNS).toEqual(['10.9.0.10']);
  });
});

it('has no hosts.toml to write without a mirror', () => {
  expect(registryHosts('docker.io', undefined)).toBeUndefined();
});

it.each(['on', 'no', 'y', 'null', '1e3'])('keeps a machine called "%s" a text for readers of YAML 1.1', (name) => {
  const text = kubeProxyConfig(cluster, { ...worker, name });
  expect(parse(text, { version: '1.1' }).hostnameOverride).toBe(name);
});
