import type { Cluster, Instance } from '../cluster/cluster.ts';
import { KthwError } from '../cluster/errors.ts';
import { publicAddressOutput } from '../cluster/outputs.ts';
import { getResourceNames } from '../cluster/resource-names.ts';
import { reportCause } from '../diagnostics/report-cause.ts';
import { getStatusMessage } from '../kubernetes/create-api-error.ts';
import { formatCommand } from '../manual/format-command.ts';
import { formatTable, kubectlCommand } from '../manual/kubectl.ts';
import { type ClusterStep, definePhase } from '../steps/cluster-step.ts';
import { connectToKubeApiAt } from '../steps/connect-to-kube-api.ts';
import { describeUnits } from '../steps/describe-units.ts';
import { describeNodes, listNodes } from '../steps/list-nodes.ts';
import type { ManualContext, StepContext } from '../steps/step-context.ts';
import { markPresent, type Observation } from '../workflow/observation.ts';
import { type StepHandle, stepHandle } from '../workflow/step-handle.ts';
import { controlPlaneComponents } from './control-plane.ts';
import { existingEtcdMember } from './etcd.ts';
import { healthCheckProxy } from './health-proxy.ts';
import { kubeProxyService } from './kube-proxy.ts';
import { kubeletService } from './kubelet.ts';
import { forwardingRule } from './load-balancer.ts';

export const readinessSteps = {
  api: stepHandle('readiness/api'),
  controlPlaneSize: stepHandle('readiness/control-plane-size'),
  /** Only in clusters with workers. */
  nodes: stepHandle('readiness/nodes'),
} as const;

/**
 * Three consecutive checks of the API through the load balancer, with every control plane node healthy in its pool, and of
 * every node. Tutorial, chapters 8 and 9.
 */
export const readiness = definePhase({
  name: 'readiness',
  title: 'Readiness: 3 consecutive checks',
  chapter: 10,
  steps: (cluster) => [
    createReadinessStep({
      handle: readinessSteps.api,
      title: 'API server through the load balancer',
      dependsOn: [
        forwardingRule,
        ...[controlPlaneComponents, healthCheckProxy].flatMap((step) => step.onAll(cluster.controllerInstances)),
      ],
      probe: probeApi,
      wait: {
        describe: (c) => describeInactiveUnits(c, cluster.controllerInstances),
        remedy: () => 'find the cause with `/kthw doctor`',
        limitMs: 5 * 60_000,
      },
      manualCommands: ({ getOutput }) => [
        formatCommand(['gcloud', 'compute', 'target-pools', 'get-health', getResourceNames(cluster).targetPool], {
          region: cluster.region,
        }),
        `curl --cacert ca.pem https://${getOutput(publicAddressOutput)}:6443/readyz`,
      ],
    }),
    {
      handle: readinessSteps.controlPlaneSize,
      title: 'control plane sizing',
      dependsOn: [existingEtcdMember, controlPlaneComponents].flatMap((step) =>
        step.onAll(cluster.controllerInstances),
      ),
      observe: observeControlPlaneSize,
    },
    ...(cluster.workers === 0 ? [] : [createNodesReadyStep(cluster)]),
  ],
});

function createNodesReadyStep({ controllerInstances, workerInstances }: Cluster): ClusterStep {
  return createReadinessStep({
    handle: readinessSteps.nodes,
    title: 'all nodes Ready',
    dependsOn: [
      ...controlPlaneComponents.onAll(controllerInstances),
      ...kubeletService.onAll(workerInstances),
      ...kubeProxyService.onAll(workerInstances),
    ],
    probe: probeNodes,
    wait: {
      describe: (c) =>
        describeNodes(
          c,
          workerInstances.map(({ name }) => name),
        ),
      remedy: () => 'fix what the nodes report (`kubectl describe nodes`)',
      limitMs: 5 * 60_000,
    },
    manualCommands: () => [`${kubectlCommand} get nodes -o wide`],
  });
}

/** Undefined if all units are active: then the error of the load balancer says more. */
async function describeInactiveUnits(c: StepContext, instances: readonly Instance[]): Promise<string | undefined> {
  const described = await Promise.all(
    instances.map(async (instance) => {
      const units = await describeUnits(c, instance, ['etcd', 'kube-apiserver', 'nginx']);
      return units && / is (?!active:)/.test(units) ? [`${instance.name}: ${units}`] : [];
    }),
  );
  return described.flat().join('; ') || undefined;
}

/** Reports an undersized control plane. The run continues. */
async function observeControlPlaneSize(c: StepContext): Promise<Observation> {
  await reportCause(c, c.cluster.controllerInstances, 'undersized');
  return markPresent();
}

interface ReadinessCheck {
  readonly handle: StepHandle;
  readonly title: string;
  readonly dependsOn?: readonly StepHandle[];
  /** Returns text to display. @throws KthwError while the check fails */
  probe(c: StepContext): Promise<string>;
  readonly wait?: NonNullable<ClusterStep['wait']>;
  manualCommands(c: ManualContext): readonly string[];
}

function createReadinessStep({ handle, title, dependsOn, probe, wait, manualCommands }: ReadinessCheck): ClusterStep {
  return {
    handle,
    title,
    ...(dependsOn ? { dependsOn } : {}),
    async observe(c) {
      let commandOutput = '';
      for (let attempt = 1; attempt <= 3; attempt++) {
        if (attempt > 1) await c.clock.sleep(500, c.signal);
        commandOutput = await probe(c);
      }
      return markPresent(commandOutput);
    },
    ...(wait ? { wait } : {}),
    explained: { manualCommands },
  };
}

async function probeApi(c: StepContext): Promise<string> {
  const { cluster, compute, signal } = c;
  const pool = { name: getResourceNames(cluster).targetPool, region: cluster.region };
  const [api, health] = await Promise.all([
    connectToKubeApiAt(c, c.getOutput(publicAddressOutput)),
    compute.getPoolHealth(pool, signal),
  ]);
  const unhealthy = cluster.controllerInstances.filter((instance) => health.get(instance.name) !== 'HEALTHY');
  if (unhealthy.length > 0)
    throw new KthwError(
      'not-healthy',
      { what: unhealthy.map((instance) => instance.name).join(', ') },
      { detail: `the health check of target pool ${pool.name} fails` },
    );
  const response = await api.request('GET', '/readyz', signal);
  if (response.status !== 200)
    throw new KthwError(
      'not-healthy',
      { what: 'the API behind the load balancer' },
      { detail: getStatusMessage(response) },
    );
  return [...[...health].map(([instance, state]) => `${instance}: ${state}`), String(response.body)].join('\n');
}

async function probeNodes(c: StepContext): Promise<string> {
  const readyNodes = (await listNodes(c)).filter((node) =>
    node.status.conditions.some((x) => x.type === 'Ready' && x.status === 'True'),
  );
  const readyNames = new Set(readyNodes.map((node) => node.metadata.name));
  const missing = c.cluster.workerInstances.filter((worker) => !readyNames.has(worker.name));
  if (missing.length > 0) throw new KthwError('not-healthy', { what: `node ${missing.map((m) => m.name).join(', ')}` });
  const rows = readyNodes.map(({ metadata, status: { addresses, nodeInfo } }) => [
    metadata.name,
    'Ready',
    nodeInfo?.kubeletVersion ?? '',
    addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '',
    nodeInfo?.containerRuntimeVersion ?? '',
  ]);
  return formatTable(['NAME', 'STATUS', 'VERSION', 'INTERNAL-IP', 'CONTAINER-RUNTIME'], rows);
}
