import type { Cluster } from '../cluster/cluster.ts';
import { KthwError } from '../cluster/errors.ts';
import { formatTable, kubectlCommand } from '../manual/kubectl.ts';
import { buildCorednsObjects } from '../render/coredns-objects.ts';
import { getSystemImages } from '../render/system-images.ts';
import { type ClusterStep, definePhase } from '../steps/cluster-step.ts';
import { connectToKubeApi } from '../steps/connect-to-kube-api.ts';
import { filterReadyPods, hasImagePullError, type Pod } from '../steps/filter-ready-pods.ts';
import { getObject } from '../steps/get-object.ts';
import { kubeObjectStep } from '../steps/kube-object-step.ts';
import { runKubectl } from '../steps/run-kubectl.ts';
import type { StepContext } from '../steps/step-context.ts';
import { markPresent } from '../workflow/observation.ts';
import { type StepHandle, stepHandle } from '../workflow/step-handle.ts';
import { controlPlaneComponents } from './control-plane.ts';
import { podRoute } from './pod-routes.ts';
import { readinessSteps } from './readiness.ts';

const dnsReady = stepHandle('dns/ready');
/** Only in clusters with workers. */
export const dnsLookup = stepHandle('dns/lookup');

/**
 * Names of services, for pods. Where its image can't be pulled, it says so and waits for `resume`; nothing else fails
 * for it. Tutorial, chapter 12.
 */
export const dns = definePhase({
  name: 'dns',
  title: 'DNS add-on',
  chapter: 12,
  steps: (cluster) => {
    if (cluster.workers === 0) return [];
    const steps = buildCorednsObjects(cluster).map((object) =>
      kubeObjectStep('dns', object, controlPlaneComponents.onAll(cluster.controllerInstances.slice(0, 1))),
    );
    return [...steps, createCorednsReadyStep(steps.map((step) => step.handle)), createDnsLookupStep(cluster)];
  },
});

function createCorednsReadyStep(dependsOn: readonly StepHandle[]): ClusterStep {
  return {
    handle: dnsReady,
    title: 'CoreDNS is running',
    dependsOn: [...dependsOn, readinessSteps.nodes],
    async observe(c) {
      const pods = await listDnsPods(c);
      if (filterReadyPods(pods).length > 0) return markPresent(formatPodTable(filterReadyPods(pods)));
      if (hasImagePullError(pods)) throw createImageUnavailableError(c);
      throw new KthwError('not-healthy', { what: 'CoreDNS' });
    },
    explained: {
      manualCommands: () => [`${kubectlCommand} get pods -n kube-system -l k8s-app=kube-dns -o wide`],
    },
  };
}

/** A name resolved from a pod on each worker, three times in a row. */
function createDnsLookupStep(cluster: Cluster): ClusterStep {
  return {
    handle: dnsLookup,
    title: 'DNS lookup from a pod on each worker',
    // Between workers an answer takes the routes of pods.
    dependsOn: [dnsReady, ...podRoute.onAll(cluster.workerInstances)],
    async observe(c) {
      if (filterReadyPods(await listDnsPods(c)).length === 0) throw createImageUnavailableError(c);
      let commandOutput = '';
      for (let pass = 1; pass <= 3; pass++) {
        for (const worker of cluster.workerInstances) commandOutput = await runDnsLookup(c, worker.name, pass);
      }
      return markPresent(commandOutput);
    },
    explained: {
      manualCommands: () => cluster.workerInstances.map(({ name }) => `${kubectlCommand} ${renderDnsLookup(name, 1)}`),
    },
  };
}

async function runDnsLookup(c: StepContext, worker: string, pass: number): Promise<string> {
  return await runKubectl(c, renderDnsLookup(worker, pass), `resolving a name on ${worker}`);
}

function renderDnsLookup(worker: string, pass: number): string {
  const overrides = JSON.stringify({ spec: { nodeName: worker, terminationGracePeriodSeconds: 0 } });
  return `run kthw-dns-${worker}-${pass} -n kube-system --rm -i --quiet --restart=Never --image=docker.io/library/busybox:1.28 --overrides='${overrides}' -- nslookup kubernetes.default`;
}

async function listDnsPods(c: StepContext): Promise<readonly Pod[]> {
  const api = await connectToKubeApi(c);
  const path = '/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns';
  return (await getObject<{ items: readonly Pod[] }>(api, path, c.signal))?.items ?? [];
}

function formatPodTable(pods: readonly Pod[]): string {
  const rows = pods.map(({ metadata, spec, status }) => [metadata.name, status.podIP ?? '', spec.nodeName ?? '']);
  return formatTable(['NAME', 'IP', 'NODE'], rows);
}

function createImageUnavailableError(c: StepContext): KthwError {
  return new KthwError('image-unavailable', { image: getSystemImages(c.cluster.release).coredns });
}
