import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { Cluster, Instance, WorkerInstance } from '../../../src/engine/cluster/cluster.ts';
import { getMinorVersion, releases } from '../../../src/engine/cluster/releases.ts';
import { renderAdmissionConfig } from '../../../src/engine/render/admission-config.ts';
import { renderContainerdConfig } from '../../../src/engine/render/containerd.ts';
import { buildCorednsObjects } from '../../../src/engine/render/coredns-objects.ts';
import { renderKubeApiserverUnit } from '../../../src/engine/render/kube-apiserver-unit.ts';
import { renderKubeControllerManagerUnit } from '../../../src/engine/render/kube-controller-manager-unit.ts';
import { renderKubeSchedulerConfig } from '../../../src/engine/render/kube-scheduler.ts';
import { renderKubeletConfig, renderKubeletUnit } from '../../../src/engine/render/kubelet.ts';
import { renderYamlDocuments } from '../../../src/engine/render/yaml-documents.ts';
import { buildCluster } from '../../fixtures/cluster.ts';
import { parseUnitFlags } from './flags.ts';

const clusters: readonly Cluster[] = releases.map((r) => buildCluster({ version: r.kubernetes }));
const first = getMinorVersion(releases[0] as (typeof releases)[0]);
const last = getMinorVersion(releases.at(-1) as (typeof releases)[0]);

/** Minor versions for which a condition holds, as one range such as `20-23`. */
function span(holds: (cluster: Cluster) => boolean): string {
  const minors = clusters.filter(holds).map((c) => getMinorVersion(c.release));
  expect(minors).toEqual(minors.map((_, i) => (minors[0] ?? 0) + i));
  return minors.length === 0 ? 'never' : `${minors[0]}-${minors.at(-1)}`;
}

const worker = (cluster: Cluster) => cluster.workerInstances[0] as WorkerInstance;

describe('flags and fields by version', () => {
  const always = `${first}-${last}`;
  const kubelet = (c: Cluster) => parseUnitFlags(renderKubeletUnit(c, worker(c)));
  const config = (c: Cluster) => parse(renderKubeletConfig(c, worker(c)));
  const manager = (c: Cluster) => parseUnitFlags(renderKubeControllerManagerUnit(c));
  const api = (c: Cluster) => parseUnitFlags(renderKubeApiserverUnit(c, c.controllerInstances[0] as Instance));

  const plugins = (c: Cluster) => api(c).get('enable-admission-plugins')?.split(',') ?? [];

  it.each<[string, string, (cluster: Cluster) => boolean]>([
    ['kubelet --container-runtime', '20-23', (c) => kubelet(c).get('container-runtime') === 'remote'],
    ['kubelet --container-runtime-endpoint', '20-26', (c) => kubelet(c).has('container-runtime-endpoint')],
    ['kubelet containerRuntimeEndpoint', `27-${last}`, (c) => 'containerRuntimeEndpoint' in config(c)],
    ['kubelet --pod-infra-container-image', '20-26', (c) => kubelet(c).has('pod-infra-container-image')],
    ['kubelet --network-plugin', 'never', (c) => kubelet(c).has('network-plugin')],
    ['kubelet --image-pull-progress-deadline', 'never', (c) => kubelet(c).has('image-pull-progress-deadline')],
    ['kubelet --node-ip', always, (c) => kubelet(c).get('node-ip') === '10.240.0.20'],
    ['kubelet cgroupfs', '20-21', (c) => config(c).cgroupDriver === 'cgroupfs'],
    ['kubelet systemd', `22-${last}`, (c) => config(c).cgroupDriver === 'systemd'],
    ['kube-controller-manager --port=0', '20-21', (c) => manager(c).get('port') === '0'],
    ['kube-apiserver --kubelet-https', 'never', (c) => api(c).has('kubelet-https')],
    ['kube-apiserver --insecure-port', 'never', (c) => api(c).has('insecure-port')],
    ['kube-apiserver --apiserver-count', 'never', (c) => api(c).has('apiserver-count')],
    ['kube-apiserver --service-account-issuer', always, (c) => api(c).has('service-account-issuer')],
    ['kube-apiserver DenyServiceExternalIPs', `21-${last}`, (c) => plugins(c).includes('DenyServiceExternalIPs')],
    ['kube-apiserver EventRateLimit', always, (c) => plugins(c).includes('EventRateLimit')],
    ['PodSecurity v1beta1', '23-24', (c) => podSecurityApi(c) === 'v1beta1'],
    ['PodSecurity v1', `25-${last}`, (c) => podSecurityApi(c) === 'v1'],
    ['kubelet seccompDefault', `25-${last}`, (c) => config(c).seccompDefault === true],
    ['kubelet eventRecordQPS', always, (c) => config(c).eventRecordQPS > 0],
    [
      'kube-scheduler enableProfiling',
      always,
      (c) => parse(renderKubeSchedulerConfig(c.release)).enableProfiling === false,
    ],
    ['kube-scheduler v1beta1', '20-21', (c) => schedulerApi(c) === 'v1beta1'],
    ['kube-scheduler v1beta2', '22-22', (c) => schedulerApi(c) === 'v1beta2'],
    ['kube-scheduler v1beta3', '23-24', (c) => schedulerApi(c) === 'v1beta3'],
    ['kube-scheduler v1', `25-${last}`, (c) => schedulerApi(c) === 'v1'],
    [
      'kube-scheduler healthzBindAddress',
      '20-21',
      (c) => 'healthzBindAddress' in parse(renderKubeSchedulerConfig(c.release)),
    ],
    ['containerd config 2', '20-33', (c) => renderContainerdConfig(c.release).startsWith('version = 2\n')],
    ['containerd config 3', `34-${last}`, (c) => renderContainerdConfig(c.release).startsWith('version = 3\n')],
    ['coredns without a folder', '20-20', (c) => corednsImage(c) === `registry.k8s.io/coredns:${c.release.coredns}`],
    [
      'coredns in a folder',
      `21-${last}`,
      (c) => corednsImage(c).replace(/@sha256:.*/, '') === `registry.k8s.io/coredns/coredns:v${c.release.coredns}`,
    ],
    ['coredns by digest', `36-${last}`, (c) => /@sha256:[0-9a-f]{64}$/.test(corednsImage(c))],
    [
      'pause by digest, in the form that containerd pins',
      `26-${last}`,
      (c) => /"registry\.k8s\.io\/pause@sha256:[0-9a-f]{64}"/.test(renderContainerdConfig(c.release)),
    ],
  ])('%s: %s', (_what, expected, holds) => {
    expect(span(holds)).toBe(expected);
  });
});

it('kubelet and containerd use the same cgroup driver in every version', () => {
  for (const cluster of clusters) {
    const systemd = parse(renderKubeletConfig(cluster, worker(cluster))).cgroupDriver === 'systemd';
    expect(renderContainerdConfig(cluster.release)).toContain(`SystemdCgroup = ${systemd}`);
  }
});

function schedulerApi(cluster: Cluster): string {
  return parse(renderKubeSchedulerConfig(cluster.release)).apiVersion.split('/')[1];
}

function podSecurityApi(cluster: Cluster): string | undefined {
  const { plugins } = parse(renderAdmissionConfig(cluster.release));
  const found = plugins.find(({ name }: { name: string }) => name === 'PodSecurity');
  return found?.configuration.apiVersion.split('/')[1];
}

function corednsImage(cluster: Cluster): string {
  const deployment = parseAllDocuments(renderYamlDocuments(...buildCorednsObjects(cluster)))
    .map((d) => d.toJS())
    .find((d) => d.kind === 'Deployment');
  return deployment.spec.template.spec.containers[0].image;
}
