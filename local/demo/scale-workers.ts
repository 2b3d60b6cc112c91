import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mirroredVersion } from '../../src/engine/cluster/releases.ts';
import type { Stack } from '../stack.ts';
import type { Scene } from './create-and-delete.ts';
import { watchDuring, watchedWords } from './measure-availability.ts';
import { type Kubectl, minuteMs, Stage } from './scenario-runner.ts';

const replicas = 3;
/** A disruption budget holds an eviction back until so many pods serve elsewhere. */
const least = 2;
/** A pod that is asked to go ends before every proxy has heard of it. */
const awayMs = 5_000;

/** Workers from 3 to 4 to 2, with a deployment that is there all the time. */
export async function scaled(stack: Stack, scene: Scene): Promise<void> {
  const { log, folder } = scene;
  const stage = new Stage(stack, scene);
  await stage.done('/kthw create demo', /: ready/);
  const kubectl = await stage.kubectl();
  await stage.nodesAre(3, kubectl);

  const path = join(folder, 'web.json');
  await writeFile(path, JSON.stringify(web()));
  await kubectl('apply', '-f', path);
  await kubectl('rollout', 'status', 'deployment/web', `--timeout=${2 * minuteMs}ms`);
  log(`\n${await kubectl('get', 'pods', '-o', 'wide')}`);

  const { watched: replicasSeen } = await watchDuring(
    () => enoughReplicas(kubectl),
    async () => {
      const { watched } = await watchDuring(
        () => answers(kubectl),
        async () => {
          await stage.done('/kthw scale demo --workers 4', /: scaled/);
          await stage.nodesAre(4, kubectl);
          await stage.approved('/kthw scale demo --workers 2', /: scaled/);
          await stage.nodesAre(2, kubectl);
        },
      );
      log(`requests to the deployment meanwhile: ${watchedWords(watched)}`);
      if (watched.longestMs > awayMs)
        throw new Error(`it did not answer for ${watched.longestMs} ms: ${watched.firstMiss}`);
    },
  );
  log(`${least} of ${replicas} replicas available meanwhile: ${watchedWords(replicasSeen)}`);
  if (replicasSeen.misses > 0) throw new Error(`the deployment was not available: ${replicasSeen.firstMiss}`);
  log(`\n${await kubectl('get', 'pods', '-o', 'wide')}`);
  await stage.delete();
}

/** By way of the API server and the service, as nothing else leads to pods from outside. */
async function answers(kubectl: Kubectl): Promise<void> {
  await kubectl('get', '--raw', '/api/v1/namespaces/default/services/web:80/proxy/', '--request-timeout=4s');
}

async function enoughReplicas(kubectl: Kubectl): Promise<void> {
  const available = await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.status.availableReplicas}');
  if (Number(available) < least) throw new Error(`${available || 0} replicas are available`);
}

function web() {
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
  const budget = Number(mirroredVersion.split('.')[1]) < 21 ? 'policy/v1beta1' : 'policy/v1';
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
      spec: { minAvailable: least, selector: { matchLabels: labels } },
    },
  ];
  return { apiVersion: 'v1', kind: 'List', items };
}
