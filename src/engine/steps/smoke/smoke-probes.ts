import { KthwError } from '../../cluster/errors.ts';
import { getStatusMessage } from '../../kubernetes/create-api-error.ts';
import { assertSuccess } from '../assert-success.ts';
import { connectToInstance } from '../connect-to-instance.ts';
import { connectToKubeApi } from '../connect-to-kube-api.ts';
import { getObject } from '../get-object.ts';
import type { Pod } from '../list-pods.ts';
import { runKubectl } from '../run-kubectl.ts';
import type { StepContext } from '../step-context.ts';
import { getSmokeNamespace } from './smoke-namespace.ts';
import { selectSmokeWorkers } from './smoke-pods.ts';

/** What the smoke test asks of its pods. Each returns text to display. */
export const smokeProbes = { logsAndExec: probeLogsAndExec, nodePort: probeNodePort, podToPod: probePodToPod };

/** Reads the logs of all pods and runs a command in the first. @throws KthwError */
async function probeLogsAndExec(c: StepContext, pods: readonly Pod[]): Promise<string> {
  const api = await connectToKubeApi(c);
  const namespace = getSmokeNamespace(c);
  await Promise.all(
    pods.map(async ({ metadata: { name } }) => {
      const response = await api.request('GET', `/api/v1/namespaces/${namespace}/pods/${name}/log`, c.signal);
      if (response.status !== 200)
        throw new KthwError(
          'check-failed',
          { what: `logs of pod ${name}` },
          { detail: getStatusMessage(response) ?? `the API server returned ${response.status}` },
        );
    }),
  );
  const [pod] = pods;
  const commandOutput = await runKubectl(
    c,
    `exec -n ${namespace} ${pod?.metadata.name} -- hostname`,
    'running hostname in a pod',
  );
  if (commandOutput.trim() !== pod?.metadata.name)
    throw new KthwError('check-failed', { what: `exec in pod ${pod?.metadata.name}` });
  return commandOutput.trim();
}

/** Requests the NodePort of every tested worker from a control plane node. @throws KthwError */
async function probeNodePort(c: StepContext): Promise<string> {
  const api = await connectToKubeApi(c);
  const path = `/api/v1/namespaces/${getSmokeNamespace(c)}/services/web`;
  const service = await getObject<{ spec: { ports: readonly { nodePort: number }[] } }>(api, path, c.signal);
  const port = service?.spec.ports[0]?.nodePort;
  const [controller] = c.cluster.controllerInstances;
  if (!port || !controller) throw new KthwError('check-failed', { what: 'the node port' });
  const { tested } = await selectSmokeWorkers(c);
  // A kube-proxy knows a pod about a second after it is ready. Until then, requests time out or are refused.
  const requests = tested.map(({ address }) => `ask http://${address}:${port}/ & jobs="$jobs $!"`);
  const script = `ask() { for _ in $(seq 20); do curl -fsS --connect-timeout 0.5 -m 5 -o /dev/null "$1" && return; sleep 0.2; done; return 1; }
jobs=''
${requests.join('\n')}
for job in $jobs; do wait $job; done`;
  const result = await (await connectToInstance(c, controller)).run(script, { deadlineMs: 30_000, signal: c.signal });
  assertSuccess(result, controller, `requesting node port ${port} of every worker`);
  return tested.map(({ address }) => `http://${address}:${port}/ responds`).join('\n');
}

/** Each pod requests the next one, on another worker. @throws KthwError */
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
      assertSuccess(result, worker, `requesting pod ${next.metadata.name} from pod ${pod.metadata.name}`);
      return [`${pod.metadata.name} on ${worker.name} reaches ${next.metadata.name} at ${next.status.podIP}`];
    }),
  );
  return lines.flat().join('\n');
}
