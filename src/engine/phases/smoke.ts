import type { Cluster } from '../cluster/cluster.ts';
import { KthwError } from '../cluster/errors.ts';
import { getObjectPath, type KubeObject } from '../kubernetes/object-path.ts';
import type { ShellCommand } from '../manual/format-command.ts';
import { kubectlCommand, renderKubectlApply } from '../manual/kubectl.ts';
import { assertSuccess } from '../steps/assert-success.ts';
import { type ClusterStep, definePhase, type ManualCommand } from '../steps/cluster-step.ts';
import { connectToInstance } from '../steps/connect-to-instance.ts';
import { connectToKubeApi } from '../steps/connect-to-kube-api.ts';
import { buildEtcdctlCommand } from '../steps/etcdctl-command.ts';
import { getObject } from '../steps/get-object.ts';
import { formatPodTable, type Pod } from '../steps/list-pods.ts';
import { createCleanupStep, createNamespaceStep, getSmokeNamespace } from '../steps/smoke/smoke-namespace.ts';
import { buildSmokeObjects } from '../steps/smoke/smoke-objects.ts';
import { describeSmokePods, listSmokePods, selectSmokeWorkers } from '../steps/smoke/smoke-pods.ts';
import { smokeProbes } from '../steps/smoke/smoke-probes.ts';
import type { ManualContext, StepContext } from '../steps/step-context.ts';
import { markPresent } from '../workflow/observation.ts';
import { type StepHandle, stepHandle } from '../workflow/step-handle.ts';
import { controlPlaneComponents } from './control-plane.ts';
import { registeredNode } from './node-registration.ts';
import { podRoute } from './pod-routes.ts';
import { rbacSteps } from './rbac.ts';

const smokeSteps = {
  namespace: stepHandle('smoke/namespace'),
  secret: stepHandle('smoke/secret'),
  cleanup: stepHandle('smoke/cleanup'),
  deployment: stepHandle('smoke/deployment'),
  service: stepHandle('smoke/service'),
  logsExec: stepHandle('smoke/logs-exec'),
  nodePort: stepHandle('smoke/node-port'),
  podToPod: stepHandle('smoke/pod-to-pod'),
} as const;

const waitForPods = {
  describe: describeSmokePods,
  remedy: (c: StepContext) => {
    const namespace = getSmokeNamespace(c);
    return `fix what the pods report (\`kubectl describe pods -n ${namespace}\`; the next smoke test deletes this namespace)`;
  },
  limitMs: 5 * 60_000,
};

/**
 * Tests what a cluster is for, in a new namespace, which it then deletes. Skips workers that users have cordoned or
 * tainted. Tutorial, chapter 13.
 */
export const smoke = definePhase({
  name: 'smoke',
  title: 'Smoke test',
  chapter: 13,
  steps: (cluster) => [
    // It depends on everything that the other steps need, so that a lost resource repeats the whole test: the namespace is
    // deleted at its end.
    createNamespaceStep(smokeSteps.namespace, [
      ...rbacSteps,
      ...controlPlaneComponents.onAll(cluster.controllerInstances),
      ...registeredNode.onAll(cluster.workerInstances),
      ...podRoute.onAll(cluster.workerInstances),
    ]),
    {
      handle: smokeSteps.secret,
      title: 'a secret is encrypted in etcd',
      dependsOn: [smokeSteps.namespace],
      observe: observeSecretEncryption,
      apply: (c) => applyObject(c, buildObjects(c).secret),
      explained: {
        manualCommands: (c) => [
          renderKubectlApply(buildObjects(c).secret),
          ...cluster.controllerInstances
            .slice(0, 1)
            .map(({ name }) => ({ runsOn: name, script: `${buildEtcdSecretCommand(c)} | hexdump -C` })),
        ],
      },
    },
    ...(cluster.workers > 0 ? createWorkerSteps(cluster) : []),
    createCleanupStep(smokeSteps.cleanup, listSmokeChecks(cluster), async (c) => {
      // A resumed run continues here if an image was unavailable.
      if (cluster.workers > 0) await listSmokePods(c);
    }),
  ],
});

/** The steps that verify the cluster, all done before the test namespace is deleted. */
export function listSmokeChecks({ workers }: Cluster): readonly StepHandle[] {
  const { secret, logsExec, nodePort, podToPod } = smokeSteps;
  return workers > 0 ? [secret, logsExec, nodePort, podToPod] : [secret];
}

function createWorkerSteps(cluster: Cluster): ClusterStep[] {
  return [
    createDeploymentStep(),
    {
      handle: smokeSteps.service,
      title: 'a service with a node port',
      dependsOn: [smokeSteps.namespace],
      observe: (c) => observeObject(c, buildObjects(c).service),
      apply: (c) => applyObject(c, buildObjects(c).service),
      explained: { manualCommands: (c) => [renderKubectlApply(buildObjects(c).service)] },
    },
    createProbeStep(
      smokeSteps.logsExec,
      'logs and exec work',
      [smokeSteps.deployment],
      smokeProbes.logsAndExec,
      (c) => {
        const namespace = getSmokeNamespace(c);
        return [
          `${assignFirstPod(c)}\n${kubectlCommand} logs -n ${namespace} $POD\n${kubectlCommand} exec -n ${namespace} $POD -- hostname`,
        ];
      },
    ),
    createProbeStep(
      smokeSteps.nodePort,
      'a NodePort responds from another instance',
      [smokeSteps.deployment, smokeSteps.service],
      smokeProbes.nodePort,
      (c) => [
        `NODE_PORT=$(${kubectlCommand} get service web -n ${getSmokeNamespace(c)} -o 'jsonpath={.spec.ports[0].nodePort}'); echo $NODE_PORT`,
        ...cluster.controllerInstances.slice(0, 1).map(({ name }) => ({
          runsOn: name,
          script: cluster.workerInstances.map(({ address }) => `curl -I http://${address}:$NODE_PORT`).join('\n'),
        })),
      ],
    ),
    createProbeStep(
      smokeSteps.podToPod,
      'pods reach each other across workers',
      [smokeSteps.deployment],
      smokeProbes.podToPod,
      (c) => [
        `${assignFirstPod(c)}\n${kubectlCommand} get pods -n ${getSmokeNamespace(c)} -o wide`,
        ...renderPodRequests(cluster),
      ],
    ),
  ];
}

function createDeploymentStep(): ClusterStep {
  return {
    handle: smokeSteps.deployment,
    title: 'a deployment runs on every worker',
    dependsOn: [smokeSteps.namespace],
    async observe(c) {
      const { tested, skipped } = await selectSmokeWorkers(c);
      const ready = await listSmokePods(c);
      const nodes = new Set(ready.map((pod) => pod.spec.nodeName));
      const isDone = tested.every(({ name }) => nodes.has(name));
      if (!isDone || !(await hasObject(c, buildObjects(c).deployment))) return { status: 'absent' };
      return markPresent([formatPodTable(ready), ...skipped.map((line) => `skipped ${line}`)].join('\n'));
    },
    async apply(c) {
      const { tested, skipped } = await selectSmokeWorkers(c);
      if (skipped.length > 0) c.logProgress(`the smoke test skips workers: ${skipped.join(', ')}`);
      await applyObject(c, buildSmokeObjects(getSmokeNamespace(c), tested.length).deployment);
    },
    wait: waitForPods,
    explained: {
      manualCommands: (c) => [
        renderKubectlApply(buildObjects(c).deployment),
        `${kubectlCommand} get pods -n ${getSmokeNamespace(c)} -l app=web -o wide`,
      ],
    },
  };
}

function createProbeStep(
  handle: StepHandle,
  title: string,
  dependsOn: readonly StepHandle[],
  probe: (c: StepContext, pods: readonly Pod[]) => Promise<string>,
  renderCommands: (c: ManualContext) => readonly ManualCommand[],
): ClusterStep {
  return {
    handle,
    title,
    dependsOn,
    async observe(c) {
      const pods = await listSmokePods(c);
      if (pods.length > 0) return markPresent(await probe(c, pods));
      const { tested, skipped } = await selectSmokeWorkers(c);
      if (tested.length > 0) throw new KthwError('check-failed', { what: 'the smoke test has no Ready pod' });
      return markPresent(skipped.map((line) => `skipped ${line}`).join('\n'));
    },
    wait: waitForPods,
    explained: { manualCommands: renderCommands },
  };
}

function assignFirstPod(c: ManualContext): string {
  return `POD=$(${kubectlCommand} get pods -n ${getSmokeNamespace(c)} -l app=web -o 'jsonpath={.items[0].metadata.name}')`;
}

/** Requests from the pod's network namespace, so that the image needs no client. */
function renderPodRequests({ workerInstances }: Cluster): ShellCommand[] {
  return workerInstances.slice(0, 1).map(({ name }) => ({
    runsOn: name,
    script: 'nsenter -t PROCESS_OF_A_POD -n curl -I http://ADDRESS_OF_ANOTHER_POD/',
  }));
}

function buildObjects(c: Pick<ManualContext, 'findOutput' | 'cluster'>) {
  return buildSmokeObjects(getSmokeNamespace(c), c.cluster.workers);
}

function buildEtcdSecretCommand(c: Pick<ManualContext, 'findOutput'>): string {
  return buildEtcdctlCommand(`get --print-value-only /registry/secrets/${getSmokeNamespace(c)}/smoke`);
}

async function observeSecretEncryption(c: StepContext) {
  const observation = await observeObject(c, buildObjects(c).secret);
  const [controller] = c.cluster.controllerInstances;
  if (observation.status !== 'present' || !controller) return observation;
  const script = `${buildEtcdSecretCommand(c)} | head -c 18`;
  const result = await (await connectToInstance(c, controller)).run(script, { deadlineMs: 15_000, signal: c.signal });
  assertSuccess(result, controller, 'reading the secret from etcd');
  if (result.stdout !== 'k8s:enc:secretbox:')
    throw new KthwError('bug', { doing: 'encrypting secrets' }, { detail: 'etcd holds it in plain' });
  return markPresent(`${result.stdout}… is how it begins in etcd`);
}

async function observeObject(c: StepContext, object: KubeObject) {
  return (await hasObject(c, object)) ? markPresent() : ({ status: 'absent' } as const);
}

async function hasObject(c: StepContext, object: KubeObject): Promise<boolean> {
  return (await getObject(await connectToKubeApi(c), getObjectPath(object), c.signal)) !== undefined;
}

async function applyObject(c: StepContext, object: KubeObject): Promise<void> {
  await (await connectToKubeApi(c)).apply(getObjectPath(object), object, c.signal);
}
