import type { Cluster, WorkerInstance } from '../cluster/cluster.ts';
import { kubectlCommand } from '../manual/kubectl.ts';
import { type ClusterStep, definePhase } from '../steps/cluster-step.ts';
import { connectToKubeApi } from '../steps/connect-to-kube-api.ts';
import { describeUnits } from '../steps/describe-units.ts';
import { drainNode, listPodsToEvict, uncordonNode } from '../steps/drain-node.ts';
import { deleteObject, getObject } from '../steps/get-object.ts';
import type { StepContext } from '../steps/step-context.ts';
import { markPresent } from '../workflow/observation.ts';
import type { DestructionPreview } from '../workflow/step.ts';
import { instanceStepHandle } from '../workflow/step-handle.ts';
import { controlPlaneComponents } from './control-plane.ts';
import { kubeletService } from './kubelet.ts';
import { podRoute } from './pod-routes.ts';

export const registeredNode = instanceStepHandle('node-registration');

/** Each worker registers as a node. Its removal drains the node first. Tutorial, chapter 9. */
export const nodeRegistration = definePhase({
  name: 'node-registration',
  title: 'Node registration',
  chapter: 9,
  steps: (cluster) => cluster.workerInstances.map((worker) => createStep(cluster, worker)),
});

function createStep(cluster: Cluster, worker: WorkerInstance): ClusterStep {
  const { name } = worker;
  return {
    handle: registeredNode.on({ name }),
    title: `node ${name}`,
    dependsOn: [kubeletService.on({ name }), ...controlPlaneComponents.onAll(cluster.controllerInstances.slice(0, 1))],
    observe: async (c) => ((await hasNode(c, name)) ? markPresent(`node/${name}`) : { status: 'absent' }),
    wait: {
      describe: (c) => describeUnits(c, worker, ['kubelet']),
      remedy: () => `fix what \`journalctl -u kubelet\` shows on ${name}`,
      limitMs: 5 * 60_000,
    },
    removable: {
      async remove(c) {
        await drainNode(c, name);
        await deleteObject(await connectToKubeApi(c), `/api/v1/nodes/${name}`, c.signal);
      },
      restore: (c) => uncordonNode(c, name),
      uses: [podRoute.on({ name })],
      previewDestruction: (c) => previewDrain(c, name),
      skipOnClusterDelete: true,
    },
    explained: {
      manualCommands: (_, direction) =>
        direction === 'forward'
          ? [`${kubectlCommand} get node ${name} -o name`]
          : [`${kubectlCommand} drain ${name} --ignore-daemonsets\n${kubectlCommand} delete node ${name}`],
    },
  };
}

async function previewDrain(c: StepContext, name: string): Promise<DestructionPreview> {
  // A terminating pod is gone before the approver decides.
  const pods = (await listPodsToEvict(c, name)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const podLines = pods.map((pod) => `pod ${pod.metadata.namespace}/${pod.metadata.name} moves off ${name}`);
  return { lines: (await hasNode(c, name)) ? [`node ${name}`, ...podLines] : [], fingerprint: podLines.join() };
}

async function hasNode(c: StepContext, name: string): Promise<boolean> {
  return (await getObject(await connectToKubeApi(c), `/api/v1/nodes/${name}`, c.signal)) !== undefined;
}
