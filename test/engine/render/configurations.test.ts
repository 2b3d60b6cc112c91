import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { WorkerInstance } from '../../../src/engine/cluster/cluster.ts';
import { getRelease } from '../../../src/engine/cluster/releases.ts';
import { renderAuditPolicy } from '../../../src/engine/render/audit-policy.ts';
import { renderCniBridge, renderCniLoopback } from '../../../src/engine/render/cni.ts';
import { renderContainerdConfig } from '../../../src/engine/render/containerd.ts';
import { buildCorednsObjects } from '../../../src/engine/render/coredns-objects.ts';
import { renderEncryptionConfig } from '../../../src/engine/render/encryption-config.ts';
import { renderKernelModules, renderSysctls } from '../../../src/engine/render/kernel-modules.ts';
import { renderKubeProxyConfig } from '../../../src/engine/render/kube-proxy.ts';
import { renderKubeSchedulerConfig } from '../../../src/engine/render/kube-scheduler.ts';
import { renderKubeletConfig } from '../../../src/engine/render/kubelet.ts';
import { renderNginxSite } from '../../../src/engine/render/nginx-site.ts';
import { buildGrantBinding, buildRbacObjects } from '../../../src/engine/render/rbac-objects.ts';
import { renderRegistryHosts } from '../../../src/engine/render/registry-hosts.ts';
import { renderYamlDocuments } from '../../../src/engine/render/yaml-documents.ts';
import { Secret } from '../../../src/store/vault/secret.ts';
import { buildCluster } from '../../fixtures/cluster.ts';

const cluster = buildCluster();
const worker = cluster.workerInstances[2] as WorkerInstance;

describe('the configurations of 1.20.2', () => {
  it.each([
    ['kube-scheduler.yaml', renderKubeSchedulerConfig(cluster.release)],
    ['kubelet-config.yaml', renderKubeletConfig(cluster, worker)],
    ['kube-proxy-config.yaml', renderKubeProxyConfig(cluster, worker)],
    ['audit-policy.yaml', renderAuditPolicy()],
    ['access.yaml', renderYamlDocuments(...buildRbacObjects())],
    ['grant.yaml', renderYamlDocuments(buildGrantBinding('3f9a12bc45de', 'edit'))],
    ['coredns.yaml', renderYamlDocuments(...buildCorednsObjects(cluster))],
    ['containerd-2.toml', renderContainerdConfig(cluster.release)],
    ['containerd-3.toml', renderContainerdConfig(getRelease('1.36.4'))],
    ['10-bridge.conflist', renderCniBridge(worker)],
    ['99-loopback.conf', renderCniLoopback()],
    ['nginx-site', renderNginxSite()],
    ['modules', renderKernelModules()],
    ['sysctls', renderSysctls()],
    ['hosts.toml', renderRegistryHosts('registry.k8s.io', 'http://127.0.0.1:8080/') ?? ''],
  ])('%s is as reviewed', async (name, text) => {
    await expect(text).toMatchFileSnapshot(`snapshots/${name}`);
  });
});

describe('the encryption configuration', () => {
  it('encrypts Secrets with secretbox and reads unencrypted ones', () => {
    const key = randomBytes(32);
    const config = renderEncryptionConfig(new Secret(key));
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

  it.each([0, 16, 31, 33])('rejects a key of %i bytes', (length) => {
    expect(() => renderEncryptionConfig(new Secret(randomBytes(length)))).toThrow(RangeError);
  });
});

describe('the CoreDNS manifest', () => {
  it.each([
    [0, 1],
    [1, 1],
    [2, 2],
    [20, 2],
  ])('for %i workers has %i replicas', (workers, replicas) => {
    const documents = parseAllDocuments(renderYamlDocuments(...buildCorednsObjects(buildCluster({ workers })))).map(
      (d) => d.toJS(),
    );
    expect(documents.find((d) => d.kind === 'Deployment').spec.replicas).toBe(replicas);
  });

  it('has the DNS address of the kubelet configuration', () => {
    const other = buildCluster({ serviceCidr: '10.9.0.0/16' });
    const service = parseAllDocuments(renderYamlDocuments(...buildCorednsObjects(other)))
      .map((d) => d.toJS())
      .find((d) => d.kind === 'Service');
    expect(service.spec.clusterIP).toBe('10.9.0.10');
    expect(parse(renderKubeletConfig(other, worker)).clusterDNS).toEqual(['10.9.0.10']);
  });
});

it('renders no hosts.toml without a mirror', () => {
  expect(renderRegistryHosts('docker.io', undefined)).toBeUndefined();
});

it.each(['on', 'no', 'y', 'null', '1e3'])('quotes the instance name "%s" for YAML 1.1', (name) => {
  const text = renderKubeProxyConfig(cluster, { ...worker, name });
  expect(parse(text, { version: '1.1' }).hostnameOverride).toBe(name);
});
