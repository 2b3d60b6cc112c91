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
import { deleteObject, getObject } from '../steps/get-object.ts';
import { formatPodTable, listPods, type Pod } from '../steps/list-pods.ts';
import { runKubectl } from '../steps/run-kubectl.ts';
import { buildSmokeObjects, smokeNamespace } from '../steps/smoke-objects.ts';
import type { StepContext } from '../steps/step-context.ts';
import { markPresent } from '../workflow/observation.ts';
import { type StepHandle, stepHandle } from '../workflow/step-handle.ts';
import { controlPlaneComponents } from './control-plane.ts';
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

/** Tests what a cluster is for, then deletes its namespace. Tutorial, chapter 13. */
export const smoke = definePhase({
  name: 'smoke',
  title: 'Smoke test',
  chapter: 13,
  steps: (cluster) => [
    {
      handle: smokeSteps.namespace,
      title: `namespace ${smokeNamespace}`,
      dependsOn: [...rbacSteps, ...controlPlaneComponents.onAll(cluster.controllerInstances)],
      observe: observeNamespace,
      apply: (c) => applyObject(c, buildSmokeObjects(cluster).namespace),
      explained: { manualCommands: () => [renderKubectlApply(buildSmokeObjects(cluster).namespace)] },
    },
    {
      handle: smokeSteps.secret,
      title: 'a secret is encrypted in etcd',
      dependsOn: [smokeSteps.namespace],
      observe: observeSecretEncryption,
      apply: (c) => applyObject(c, buildSmokeObjects(cluster).secret),
      explained: {
        manualCommands: () => [
          renderKubectlApply(buildSmokeObjects(cluster).secret),
          ...cluster.controllerInstances
            .slice(0, 1)
            .map(({ name }) => ({ runsOn: name, script: `${etcdSecretCommand} | hexdump -C` })),
        ],
      },
    },
    ...(cluster.workers > 0 ? createWorkerSteps(cluster) : []),
    {
      handle: smokeSteps.cleanup,
      title: 'delete the test namespace',
      dependsOn: listSmokeChecks(cluster),
      async observe(c) {
        const api = await connectToKubeApi(c);
        const namespace = await getObject<Namespace>(api, `/api/v1/namespaces/${smokeNamespace}`, c.signal);
        if (!namespace || namespace.status?.phase === 'Terminating') return markPresent();
        // A resumed run continues here if an image was unavailable.
        if (cluster.workers > 0) await listReadyWebPods(c);
        return { status: 'absent' };
      },
      async apply(c) {
        const api = await connectToKubeApi(c);
        await deleteObject(api, `/api/v1/namespaces/${smokeNamespace}`, c.signal);
      },
      explained: { manualCommands: () => [`${kubectlCommand} delete namespace ${smokeNamespace}`] },
    },
  ],
});

/** The steps that verify the cluster, all done before the test namespace is deleted. */
export function listSmokeChecks({ workers }: Cluster): readonly StepHandle[] {
  const { secret, logsExec, nodePort, podToPod } = smokeSteps;
  return workers > 0 ? [secret, logsExec, nodePort, podToPod] : [secret];
}

function createWorkerSteps(cluster: Cluster): ClusterStep[] {
  const { deployment, service } = buildSmokeObjects(cluster);
  return [
    {
      handle: smokeSteps.deployment,
      title: 'a deployment runs on every worker',
      dependsOn: [smokeSteps.namespace],
      async observe(c) {
        const ready = await listReadyWebPods(c);
        const nodes = new Set(ready.map((pod) => pod.spec.nodeName));
        return nodes.size >= c.cluster.workers ? markPresent(formatPodTable(ready)) : { status: 'absent' };
      },
      apply: (c) => applyObject(c, deployment),
      explained: {
        manualCommands: () => [
          renderKubectlApply(deployment),
          `${kubectlCommand} get pods -n ${smokeNamespace} -l app=web -o wide`,
        ],
      },
    },
    {
      handle: smokeSteps.service,
      title: 'a service with a node port',
      dependsOn: [smokeSteps.namespace],
      observe: (c) => observeObject(c, service),
      apply: (c) => applyObject(c, service),
      explained: { manualCommands: () => [renderKubectlApply(service)] },
    },
    createProbeStep(smokeSteps.logsExec, 'logs and exec work', [smokeSteps.deployment], probeLogsAndExec, [
      `${firstPodAssignment}\n${kubectlCommand} logs -n ${smokeNamespace} $POD\n${kubectlCommand} exec -n ${smokeNamespace} $POD -- hostname`,
    ]),
    createProbeStep(
      smokeSteps.nodePort,
      'a NodePort responds from another instance',
      [smokeSteps.deployment, smokeSteps.service],
      probeNodePort,
      [
        `NODE_PORT=$(${kubectlCommand} get service web -n ${smokeNamespace} -o 'jsonpath={.spec.ports[0].nodePort}'); echo $NODE_PORT`,
        ...cluster.controllerInstances.slice(0, 1).map(({ name }) => ({
          runsOn: name,
          script: cluster.workerInstances.map(({ address }) => `curl -I http://${address}:$NODE_PORT`).join('\n'),
        })),
      ],
    ),
    createProbeStep(
      smokeSteps.podToPod,
      'pods reach each other across workers',
      [smokeSteps.deployment, ...podRoute.onAll(cluster.workerInstances)],
      probePodToPod,
      [`${firstPodAssignment}\n${kubectlCommand} get pods -n ${smokeNamespace} -o wide`, ...renderPodRequests(cluster)],
    ),
  ];
}

function createProbeStep(
  handle: StepHandle,
  title: string,
  dependsOn: readonly StepHandle[],
  probe: (c: StepContext, pods: readonly Pod[]) => Promise<string>,
  commands: readonly ManualCommand[],
): ClusterStep {
  return {
    handle,
    title,
    dependsOn,
    async observe(c) {
      return markPresent(await probe(c, await listReadyWebPods(c)));
    },
    explained: { manualCommands: () => commands },
  };
}

/** @throws KthwError `image-unavailable`, which defers the step until `resume` */
async function listReadyWebPods(c: StepContext): Promise<readonly Pod[]> {
  const { ready, hasImagePullError } = await listPods(c, smokeNamespace, 'app=web');
  if (hasImagePullError) throw new KthwError('image-unavailable', { image: 'docker.io/library/nginx:latest' });
  return ready;
}

const firstPodAssignment = `POD=$(${kubectlCommand} get pods -n ${smokeNamespace} -l app=web -o 'jsonpath={.items[0].metadata.name}')`;

/** Requests from the pod's network namespace, so that the image needs no client. */
function renderPodRequests({ workerInstances }: Cluster): ShellCommand[] {
  return workerInstances.slice(0, 1).map(({ name }) => ({
    runsOn: name,
    script: 'nsenter -t PROCESS_OF_A_POD -n curl -I http://ADDRESS_OF_ANOTHER_POD/',
  }));
}

async function probeLogsAndExec(c: StepContext, pods: readonly Pod[]): Promise<string> {
  const api = await connectToKubeApi(c);
  await Promise.all(
    pods.map(async ({ metadata: { name } }) => {
      const response = await api.request('GET', `/api/v1/namespaces/${smokeNamespace}/pods/${name}/log`, c.signal);
      if (response.status !== 200) throw new KthwError('check-failed', { what: `logs of pod ${name}` });
    }),
  );
  const [pod] = pods;
  const commandOutput = await runKubectl(
    c,
    `exec -n ${smokeNamespace} ${pod?.metadata.name} -- hostname`,
    'running hostname in a pod',
  );
  if (commandOutput.trim() !== pod?.metadata.name)
    throw new KthwError('check-failed', { what: `exec in pod ${pod?.metadata.name}` });
  return commandOutput.trim();
}

async function probeNodePort(c: StepContext): Promise<string> {
  const api = await connectToKubeApi(c);
  const path = `/api/v1/namespaces/${smokeNamespace}/services/web`;
  const service = await getObject<{ spec: { ports: readonly { nodePort: number }[] } }>(api, path, c.signal);
  const port = service?.spec.ports[0]?.nodePort;
  const [controller] = c.cluster.controllerInstances;
  if (!port || !controller) throw new KthwError('check-failed', { what: 'the node port' });
  // A kube-proxy knows a pod about a second after it is ready. Until then, requests time out or are refused.
  const requests = c.cluster.workerInstances.map(({ address }) => `ask http://${address}:${port}/ & jobs="$jobs $!"`);
  const script = `ask() { for _ in $(seq 20); do curl -fsS --connect-timeout 0.5 -m 5 -o /dev/null "$1" && return; sleep 0.2; done; return 1; }
jobs=''
${requests.join('\n')}
for job in $jobs; do wait $job; done`;
  const result = await (await connectToInstance(c, controller)).run(script, { deadlineMs: 30_000, signal: c.signal });
  assertSuccess(result, controller, `asking every worker at node port ${port}`);
  return c.cluster.workerInstances.map(({ address }) => `http://${address}:${port}/ answers`).join('\n');
}

/** Each pod requests the next one, on another worker. */
async function probePodToPod(c: StepContext, pods: readonly Pod[]): Promise<string> {
  const lines = await Promise.all(
    pods.map(async (pod, i) => {
      const next = pods[(i + 1) % pods.length];
      const worker = c.cluster.workerInstances.find((w) => w.name === pod.spec.nodeName);
      if (!worker || !next) return [];
      // In the pod's network namespace, so that the image needs no client.
      const script = `id=$(ctr -n k8s.io containers ls -q 'labels."io.kubernetes.pod.name"==${pod.metadata.name}' | head -1)
pid=$(ctr -n k8s.io tasks ls | awk -v id="$id" '$1==id{print $2}')
nsenter -t "$pid" -n curl -fsS -m 5 -o /dev/null http://${next.status.podIP}/`;
      const result = await (await connectToInstance(c, worker)).run(script, { deadlineMs: 30_000, signal: c.signal });
      assertSuccess(result, worker, `asking pod ${next.metadata.name} from pod ${pod.metadata.name}`);
      return [`${pod.metadata.name} on ${worker.name} reaches ${next.metadata.name} at ${next.status.podIP}`];
    }),
  );
  return lines.flat().join('\n');
}

/** Waits for the namespace of an earlier test to terminate. */
async function observeNamespace(c: StepContext) {
  const api = await connectToKubeApi(c);
  const namespace = await getObject<Namespace>(api, `/api/v1/namespaces/${smokeNamespace}`, c.signal);
  if (namespace?.status?.phase === 'Terminating')
    throw new KthwError('not-there-yet', { step: 'an earlier test’s end' });
  return namespace ? markPresent() : ({ status: 'absent' } as const);
}

interface Namespace {
  readonly status?: { readonly phase?: string };
}

const etcdSecretCommand = buildEtcdctlCommand(`get --print-value-only /registry/secrets/${smokeNamespace}/smoke`);

async function observeSecretEncryption(c: StepContext) {
  const observation = await observeObject(c, buildSmokeObjects(c.cluster).secret);
  const [controller] = c.cluster.controllerInstances;
  if (observation.status !== 'present' || !controller) return observation;
  const script = `${etcdSecretCommand} | head -c 18`;
  const result = await (await connectToInstance(c, controller)).run(script, { deadlineMs: 15_000, signal: c.signal });
  assertSuccess(result, controller, 'reading the secret from etcd');
  if (result.stdout !== 'k8s:enc:secretbox:')
    throw new KthwError('bug', { doing: 'encrypting secrets' }, { detail: 'etcd holds it in plain' });
  return markPresent(`${result.stdout}… is how it begins in etcd`);
}

async function observeObject(c: StepContext, object: KubeObject) {
  const found = await getObject(await connectToKubeApi(c), getObjectPath(object), c.signal);
  return found ? markPresent() : ({ status: 'absent' } as const);
}

async function applyObject(c: StepContext, object: KubeObject): Promise<void> {
  await (await connectToKubeApi(c)).apply(getObjectPath(object), object, c.signal);
}
