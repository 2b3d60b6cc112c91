import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mirrorVersion } from '../../src/engine/cluster/default-version.ts';
import { minuteMs } from '../driver/cluster-driver.ts';
import type { Kubectl } from '../driver/kubectl.ts';
import { formatAvailability, measureAvailability } from './measure-availability.ts';
import type { ScenarioContext } from './scenario.ts';

const replicas = 3;
/** The disruption budget blocks evictions that would leave fewer pods than this available. */
const minAvailable = 2;
/** Maximum outage: a pod may terminate before every kube-proxy has removed it. */
const maxOutageMs = 5_000;

/** Scales workers from 3 to 4 to 2 while a deployment serves requests. */
export async function scaleWorkers({ environment, cluster }: ScenarioContext): Promise<void> {
  const { log, stack } = environment;
  const { kubectl } = await cluster.create();
  await cluster.assertReadyNodes(3, kubectl);

  const path = join(stack.stateDir, 'web.json');
  await writeFile(path, JSON.stringify(buildWebManifest()));
  await kubectl('apply', '-f', path);
  await kubectl('rollout', 'status', 'deployment/web', `--timeout=${2 * minuteMs}ms`);
  log(`\n${await kubectl('get', 'pods', '-o', 'wide')}`);

  const { availability: replicaAvailability } = await measureAvailability(
    () => checkReplicas(kubectl),
    async () => {
      const { availability } = await measureAvailability(
        () => checkWebService(kubectl),
        async () => {
          await cluster.run('/kthw scale demo --workers 4', /: scaled/);
          await cluster.assertReadyNodes(4, kubectl);
          await cluster.runApproved('/kthw scale demo --workers 2', /: scaled/);
          await cluster.assertReadyNodes(2, kubectl);
        },
      );
      log(`requests to the deployment during scaling: ${formatAvailability(availability)}`);
      if (availability.longestOutageMs > maxOutageMs)
        throw new Error(
          `the deployment was unavailable for ${availability.longestOutageMs} ms: ${availability.firstFailure}`,
        );
    },
  );
  log(`${minAvailable} of ${replicas} replicas available during scaling: ${formatAvailability(replicaAvailability)}`);
  if (replicaAvailability.failures > 0)
    throw new Error(`the deployment had too few replicas: ${replicaAvailability.firstFailure}`);
  log(`\n${await kubectl('get', 'pods', '-o', 'wide')}`);
  await cluster.delete();
}

/** Goes through the API server's service proxy, the only route to pods from outside the cluster. */
async function checkWebService(kubectl: Kubectl): Promise<void> {
  await kubectl('get', '--raw', '/api/v1/namespaces/default/services/web:80/proxy/', '--request-timeout=4s');
}

async function checkReplicas(kubectl: Kubectl): Promise<void> {
  const available = await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.status.availableReplicas}');
  if (Number(available) < minAvailable) throw new Error(`only ${available || 0} replicas are available`);
}

function buildWebManifest() {
  const labels = { app: 'web' };
  const metadata = { name: 'web' };
  const spread = { labelSelector: { matchLabels: labels }, topologyKey: 'kubernetes.io/hostname' };
  const container = {
    name: 'web',
    image: 'docker.io/library/nginx:latest',
    ports: [{ containerPort: 80 }],
    readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 1 },
  };
  const pod = {
    metadata: { labels },
    spec: {
      containers: [container],
      automountServiceAccountToken: false,
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: spread }],
        },
      },
    },
  };
  const budget = Number(mirrorVersion.split('.')[1]) < 21 ? 'policy/v1beta1' : 'policy/v1';
  const items = [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { replicas, selector: { matchLabels: labels }, template: pod },
    },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports: [{ port: 80 }] } },
    {
      apiVersion: budget,
      kind: 'PodDisruptionBudget',
      metadata,
      spec: { minAvailable, selector: { matchLabels: labels } },
    },
  ];
  return { apiVersion: 'v1', kind: 'List', items };
}
