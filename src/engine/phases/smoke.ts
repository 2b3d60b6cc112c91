import type { Cluster } from '../cluster/cluster.ts';
import { applying, table, kubectl as typing } from '../manual/kubectl.ts';
import { etcdctl } from '../steps/etcdctl-command.ts';
import { hostOf, orThrow } from '../steps/host-step.ts';
import { deleteObject, getObject, kubectl, kubeOf } from '../steps/kube-admin-client.ts';
import { type Pod, pullFails, readyPods, smokeNamespace, smokeObjects } from '../steps/smoke-objects.ts';
import { KthwError } from '../workflow/errors.ts';
import { type Context, definePhase, present, type Step, saw, type Typed } from '../workflow/step.ts';

/** Shows that the cluster does what a cluster is for, then clears up after itself. Tutorial, chapter 13. */
export const smoke = definePhase({
  name: 'smoke',
  title: 'Smoke test',
  chapter: 13,
  after: ['rbac', 'control-plane'],
  steps: (cluster) => [
    {
      key: 'smoke/namespace',
      title: `namespace ${smokeNamespace}`,
      observe: namespaceIsThere,
      apply: (c) => apply(c, '/api/v1/namespaces', smokeObjects(cluster).namespace),
      byHand: () => [{ script: applying(smokeObjects(cluster).namespace) }],
    },
    {
      key: 'smoke/secret',
      title: 'a secret is encrypted in etcd',
      after: ['smoke/namespace'],
      observe: secretIsEncrypted,
      apply: (c) => apply(c, `/api/v1/namespaces/${smokeNamespace}/secrets`, smokeObjects(cluster).secret),
      byHand: () => [
        { script: applying(smokeObjects(cluster).secret) },
        ...cluster.controllerMachines
          .slice(0, 1)
          .map(({ name }) => ({ on: name, script: `${asEtcdHasIt} | hexdump -C` })),
      ],
    },
    ...(cluster.workers > 0 ? onWorkers(cluster) : []),
    {
      key: 'smoke/cleared',
      title: 'the test clears up after itself',
      after: [
        'smoke/secret',
        ...(cluster.workers > 0 ? ['smoke/logs-exec', 'smoke/node-port', 'smoke/pod-to-pod'] : []),
      ],
      async observe(c) {
        const api = await kubeOf(c, c.cluster.controllerMachines[0]);
        const found = await getObject<Namespace>(api, `/api/v1/namespaces/${smokeNamespace}`, c.signal);
        if (!found || found.status?.phase === 'Terminating') return present();
        // What waits for an image goes on from here after a resume.
        if (cluster.workers > 0) orPostpone(await podsOf(c));
        return { is: 'absent' };
      },
      async apply(c) {
        const api = await kubeOf(c, c.cluster.controllerMachines[0]);
        await deleteObject(api, `/api/v1/namespaces/${smokeNamespace}`, c.signal);
      },
      byHand: () => [{ script: `${typing} delete namespace ${smokeNamespace}` }],
    },
  ],
});

function onWorkers(cluster: Cluster): Step[] {
  const { deployment, service } = smokeObjects(cluster);
  return [
    {
      key: 'smoke/deployment',
      title: 'a deployment runs on every worker',
      after: ['smoke/namespace'],
      async observe(c) {
        const pods = await podsOf(c);
        if (pods.length === 0) return { is: 'absent' };
        orPostpone(pods);
        const nodes = new Set(readyPods(pods).map((pod) => pod.spec.nodeName));
        return nodes.size >= c.cluster.workers ? saw(podTable(readyPods(pods))) : { is: 'absent' };
      },
      async apply(c) {
        await apply(c, `/apis/apps/v1/namespaces/${smokeNamespace}/deployments`, deployment);
      },
      byHand: () => [
        { script: applying(deployment) },
        { script: `${typing} get pods -n ${smokeNamespace} -l app=web -o wide` },
      ],
    },
    {
      key: 'smoke/service',
      title: 'a service with a node port',
      after: ['smoke/namespace'],
      observe: (c) => exists(c, `/api/v1/namespaces/${smokeNamespace}/services`, 'web'),
      apply: (c) => apply(c, `/api/v1/namespaces/${smokeNamespace}/services`, service),
      byHand: () => [{ script: applying(service) }],
    },
    looksOnly('smoke/logs-exec', 'logs and exec work', ['smoke/deployment'], logsAndExec, [
      {
        script: `${firstPod}\n${typing} logs -n ${smokeNamespace} $POD\n${typing} exec -n ${smokeNamespace} $POD -- hostname`,
      },
    ]),
    looksOnly(
      'smoke/node-port',
      'a node port answers from another machine',
      ['smoke/deployment', 'smoke/service'],
      nodePortAnswers,
      [
        {
          script: `NODE_PORT=$(${typing} get service web -n ${smokeNamespace} -o 'jsonpath={.spec.ports[0].nodePort}'); echo $NODE_PORT`,
        },
        ...cluster.controllerMachines.slice(0, 1).map(({ name }) => ({
          on: name,
          script: cluster.workerMachines.map(({ address }) => `curl -I http://${address}:$NODE_PORT`).join('\n'),
        })),
      ],
    ),
    looksOnly(
      'smoke/pod-to-pod',
      'pods reach each other across workers',
      ['smoke/deployment', ...cluster.workerMachines.map(({ name }) => `pod-routes/${name}`)],
      podsReachEachOther,
      [{ script: `${firstPod}\n${typing} get pods -n ${smokeNamespace} -o wide` }, ...askingPods(cluster)],
    ),
  ];
}

function looksOnly(
  key: string,
  title: string,
  after: readonly string[],
  works: (c: Context, pods: readonly Pod[]) => Promise<string>,
  typed: readonly Typed[],
): Step {
  return {
    key,
    title,
    after,
    async observe(c) {
      const pods = await podsOf(c);
      orPostpone(pods);
      return saw(await works(c, readyPods(pods)));
    },
    byHand: () => typed,
  };
}

/** @throws KthwError `image-unavailable`, which leaves the step to `resume` */
function orPostpone(pods: readonly Pod[]): void {
  if (pullFails(pods)) throw new KthwError('image-unavailable', { image: 'docker.io/library/nginx:latest' });
}

const firstPod = `POD=$(${typing} get pods -n ${smokeNamespace} -l app=web -o 'jsonpath={.items[0].metadata.name}')`;

/** From the pod's own network namespace, with no need of a client in the image. */
function askingPods({ workerMachines }: Cluster): Typed[] {
  return workerMachines.slice(0, 1).map(({ name }) => ({
    on: name,
    script: 'nsenter -t PROCESS_OF_A_POD -n curl -I http://ADDRESS_OF_ANOTHER_POD/',
  }));
}

function podTable(pods: readonly Pod[]): string {
  const rows = pods.map(({ metadata, spec, status }) => [metadata.name, status.podIP ?? '', spec.nodeName ?? '']);
  return table(['NAME', 'IP', 'NODE'], rows);
}

async function logsAndExec(c: Context, pods: readonly Pod[]): Promise<string> {
  const api = await kubeOf(c, c.cluster.controllerMachines[0]);
  await Promise.all(
    pods.map(async ({ metadata: { name } }) => {
      const answer = await api.request('GET', `/api/v1/namespaces/${smokeNamespace}/pods/${name}/log`, c.signal);
      if (answer.status !== 200) throw new KthwError('check-failed', { what: `logs of pod ${name}` });
    }),
  );
  const [pod] = pods;
  const said = await kubectl(
    c,
    `exec -n ${smokeNamespace} ${pod?.metadata.name} -- hostname`,
    'running hostname in a pod',
  );
  if (said.trim() !== pod?.metadata.name)
    throw new KthwError('check-failed', { what: `exec in pod ${pod?.metadata.name}` });
  return said.trim();
}

async function nodePortAnswers(c: Context): Promise<string> {
  const api = await kubeOf(c, c.cluster.controllerMachines[0]);
  const path = `/api/v1/namespaces/${smokeNamespace}/services/web`;
  const service = await getObject<{ spec: { ports: readonly { nodePort: number }[] } }>(api, path, c.signal);
  const port = service?.spec.ports[0]?.nodePort;
  const [controller] = c.cluster.controllerMachines;
  if (!port || !controller) throw new KthwError('check-failed', { what: 'the node port' });
  // A kube-proxy learns of a pod within a second or so of its being ready; until then nothing answers, or not even refuses.
  const asks = c.cluster.workerMachines.map(({ address }) => `ask http://${address}:${port}/ & jobs="$jobs $!"`);
  const script = `ask() { for _ in $(seq 20); do curl -fsS --connect-timeout 0.5 -m 5 -o /dev/null "$1" && return; sleep 0.2; done; return 1; }
jobs=''
${asks.join('\n')}
for job in $jobs; do wait $job; done`;
  const result = await (await hostOf(c, controller)).run(script, { deadlineMs: 30_000, signal: c.signal });
  orThrow(result, controller, `asking every worker at node port ${port}`);
  return c.cluster.workerMachines.map(({ address }) => `http://${address}:${port}/ answers`).join('\n');
}

/** Every pod asks its neighbour, from its own worker's pod range to the next one's. */
async function podsReachEachOther(c: Context, pods: readonly Pod[]): Promise<string> {
  const asked = await Promise.all(
    pods.map(async (pod, i) => {
      const next = pods[(i + 1) % pods.length];
      const worker = c.cluster.workerMachines.find((w) => w.name === pod.spec.nodeName);
      if (!worker || !next) return [];
      // From inside the pod's own network namespace, with no need of a client in the image.
      const script = `id=$(ctr -n k8s.io containers ls -q 'labels."io.kubernetes.pod.name"==${pod.metadata.name}' | head -1)
pid=$(ctr -n k8s.io tasks ls | awk -v id="$id" '$1==id{print $2}')
nsenter -t "$pid" -n curl -fsS -m 5 -o /dev/null http://${next.status.podIP}/`;
      const result = await (await hostOf(c, worker)).run(script, { deadlineMs: 30_000, signal: c.signal });
      orThrow(result, worker, `asking pod ${next.metadata.name} from pod ${pod.metadata.name}`);
      return [`${pod.metadata.name} on ${worker.name} reaches ${next.metadata.name} at ${next.status.podIP}`];
    }),
  );
  return asked.flat().join('\n');
}

/** One that an earlier test left on its way out is not there: it goes first. */
async function namespaceIsThere(c: Context) {
  const api = await kubeOf(c, c.cluster.controllerMachines[0]);
  const found = await getObject<Namespace>(api, `/api/v1/namespaces/${smokeNamespace}`, c.signal);
  if (found?.status?.phase === 'Terminating') throw new KthwError('not-there-yet', { step: 'an earlier test’s end' });
  return found ? present() : ({ is: 'absent' } as const);
}

interface Namespace {
  readonly status?: { readonly phase?: string };
}

const asEtcdHasIt = etcdctl(`get --print-value-only /registry/secrets/${smokeNamespace}/smoke`);

async function secretIsEncrypted(c: Context) {
  const seen = await exists(c, `/api/v1/namespaces/${smokeNamespace}/secrets`, 'smoke');
  const [controller] = c.cluster.controllerMachines;
  if (seen.is !== 'present' || !controller) return seen;
  const script = `${asEtcdHasIt} | head -c 18`;
  const result = await (await hostOf(c, controller)).run(script, { deadlineMs: 15_000, signal: c.signal });
  orThrow(result, controller, 'reading the secret from etcd');
  if (result.stdout !== 'k8s:enc:secretbox:')
    throw new KthwError('bug', { doing: 'encrypting secrets' }, { detail: 'etcd holds it in plain' });
  return saw(`${result.stdout}… is how it begins in etcd`);
}

async function podsOf(c: Context): Promise<readonly Pod[]> {
  const api = await kubeOf(c, c.cluster.controllerMachines[0]);
  const path = `/api/v1/namespaces/${smokeNamespace}/pods?labelSelector=app%3Dweb`;
  return (await getObject<{ items: readonly Pod[] }>(api, path, c.signal))?.items ?? [];
}

async function exists(c: Context, collection: string, name: string) {
  const api = await kubeOf(c, c.cluster.controllerMachines[0]);
  return (await getObject(api, `${collection}/${name}`, c.signal)) ? present() : ({ is: 'absent' } as const);
}

async function apply(
  c: Context,
  collection: string,
  object: { readonly metadata: { readonly name: string } },
): Promise<void> {
  const api = await kubeOf(c, c.cluster.controllerMachines[0]);
  await api.apply(`${collection}/${object.metadata.name}`, object, c.signal);
}
