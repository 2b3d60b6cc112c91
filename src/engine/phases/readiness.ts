import type { Cluster } from '../cluster/cluster.ts';
import { publicAddress } from '../cluster/outputs.ts';
import { names } from '../cluster/resource-names.ts';
import { tellCause } from '../diagnostics/report-cause.ts';
import { kubectl, table } from '../manual/kubectl.ts';
import { command } from '../manual/shell.ts';
import { getObject, kubeOf } from '../steps/kube-admin-client.ts';
import { KthwError } from '../workflow/errors.ts';
import { type ByHand, type Context, definePhase, type Observed, present, type Step, saw } from '../workflow/step.ts';

/**
 * Ready means three passes in a row: of the API through the balancer with every controller healthy in its pool, and of
 * every node. Tutorial, chapters 8 and 9.
 */
export const ready = definePhase({
  name: 'ready',
  title: 'Ready, three times in a row',
  chapter: 10,
  after: ['load-balancer', 'control-plane', 'kubelet', 'kube-proxy', 'pod-routes', 'rbac'],
  steps: (cluster) => [
    check({
      key: 'ready/api',
      title: 'API through the load balancer',
      after: ['load-balancer/rule', ...cluster.controllerMachines.map((m) => `health-proxy/${m.name}`)],
      passes: apiAnswers,
      byHand: ({ know }) => [
        command(['gcloud', 'compute', 'target-pools', 'get-health', names(cluster).targetPool], {
          region: cluster.region,
        }),
        `curl --cacert ca.pem https://${know(publicAddress)}:6443/readyz`,
      ],
    }),
    {
      key: 'ready/etcd',
      title: 'the controllers carry etcd and the API',
      after: cluster.controllerMachines.flatMap(({ name }) => [`etcd/${name}/formed`, `control-plane/${name}`]),
      observe: carriesIt,
    },
    ...(cluster.workers === 0 ? [] : [everyNode(cluster)]),
  ],
});

/** Routes between pods are a chapter later, and what needs them waits for them itself. */
function everyNode({ controllerMachines, workerMachines }: Cluster): Step {
  return check({
    key: 'ready/nodes',
    title: 'every node',
    after: [
      ...controllerMachines.map(({ name }) => `control-plane/${name}`),
      ...workerMachines.flatMap(({ name }) => [`kubelet/${name}`, `kube-proxy/${name}`]),
    ],
    passes: nodesAreReady,
    byHand: () => [`${kubectl} get nodes -o wide`],
  });
}

/** Slow is not broken: it is told, and the run goes on. */
async function carriesIt(c: Context): Promise<Observed> {
  await tellCause(c, c.cluster.controllerMachines, 'undersized');
  return present();
}

interface Check {
  readonly key: string;
  readonly title: string;
  readonly after?: readonly string[];
  /** Ends in what it read, or throws what is not well yet. */
  passes(c: Context): Promise<string>;
  byHand(c: ByHand): readonly string[];
}

function check({ key, title, after, passes, byHand }: Check): Step {
  return {
    key,
    title,
    ...(after ? { after } : {}),
    async observe(c) {
      let read = '';
      for (let pass = 1; pass <= 3; pass++) {
        if (pass > 1) await c.clock.sleep(500, c.signal);
        read = await passes(c);
      }
      return saw(read);
    },
    byHand: (c) => byHand(c).map((script) => ({ script })),
  };
}

async function apiAnswers(c: Context): Promise<string> {
  const { cluster, cloud, signal } = c;
  const pool = { name: names(cluster).targetPool, region: cluster.region };
  const [api, health] = await Promise.all([kubeOf(c), cloud.poolHealth(pool, signal)]);
  const sick = cluster.controllerMachines.filter((machine) => health.get(machine.name) !== 'HEALTHY');
  if (sick.length > 0) throw new KthwError('not-healthy', { what: sick.map((machine) => machine.name).join(', ') });
  const answer = await api.request('GET', '/readyz', signal);
  if (answer.status !== 200) throw new KthwError('not-healthy', { what: 'the API behind the load balancer' });
  return [...[...health].map(([machine, state]) => `${machine}: ${state}`), String(answer.body)].join('\n');
}

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: {
      readonly conditions: readonly { readonly type: string; readonly status: string }[];
      readonly addresses?: readonly { readonly type: string; readonly address: string }[];
      readonly nodeInfo?: { readonly kubeletVersion: string; readonly containerRuntimeVersion: string };
    };
  }[];
}

async function nodesAreReady(c: Context): Promise<string> {
  const api = await kubeOf(c, c.cluster.controllerMachines[0]);
  const nodes = (await getObject<NodeList>(api, '/api/v1/nodes', c.signal))?.items ?? [];
  const well = nodes.filter((node) => node.status.conditions.some((x) => x.type === 'Ready' && x.status === 'True'));
  const names = new Set(well.map((node) => node.metadata.name));
  const missing = c.cluster.workerMachines.filter((worker) => !names.has(worker.name));
  if (missing.length > 0) throw new KthwError('not-healthy', { what: `node ${missing.map((m) => m.name).join(', ')}` });
  const rows = well.map(({ metadata, status: { addresses, nodeInfo } }) => [
    metadata.name,
    'Ready',
    nodeInfo?.kubeletVersion ?? '',
    addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '',
    nodeInfo?.containerRuntimeVersion ?? '',
  ]);
  return table(['NAME', 'STATUS', 'VERSION', 'INTERNAL-IP', 'CONTAINER-RUNTIME'], rows);
}
