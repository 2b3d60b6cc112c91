import type { Cluster } from '../cluster/cluster.ts';
import { KthwError } from '../cluster/errors.ts';
import { kubectlCommand } from '../manual/kubectl.ts';
import { buildCorednsObjects } from '../render/coredns-objects.ts';
import { getSystemImages } from '../render/system-images.ts';
import { type ClusterStep, definePhase } from '../steps/cluster-step.ts';
import { describePods } from '../steps/describe-pods.ts';
import { kubeObjectStep } from '../steps/kube-object-step.ts';
import { formatPodTable, listPods } from '../steps/list-pods.ts';
import { runKubectl } from '../steps/run-kubectl.ts';
import type { StepContext } from '../steps/step-context.ts';
import { markPresent } from '../workflow/observation.ts';
import { type StepHandle, stepHandle } from '../workflow/step-handle.ts';
import { controlPlaneComponents } from './control-plane.ts';
import { podRoute } from './pod-routes.ts';
import { readinessSteps } from './readiness.ts';

const dnsSelector = 'k8s-app=kube-dns';
const dnsReady = stepHandle('dns/ready');
/** Only in clusters with workers. */
export const dnsLookup = stepHandle('dns/lookup');

/** Cluster DNS. If its image can't be pulled, its steps are deferred until `resume`. Tutorial, chapter 12. */
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

const waitForDns = {
  describe: (c: StepContext) => describePods(c, 'kube-system', dnsSelector),
  remedy: () => `fix what CoreDNS reports (\`kubectl describe pods -n kube-system -l ${dnsSelector}\`)`,
  limitMs: 5 * 60_000,
};

function createCorednsReadyStep(dependsOn: readonly StepHandle[]): ClusterStep {
  return {
    handle: dnsReady,
    title: 'CoreDNS is running',
    dependsOn: [...dependsOn, readinessSteps.nodes],
    async observe(c) {
      const { ready, hasImagePullError } = await listDnsPods(c);
      if (ready.length > 0) return markPresent(formatPodTable(ready));
      if (hasImagePullError) throw createImageUnavailableError(c);
      throw new KthwError('not-healthy', { what: 'CoreDNS' });
    },
    wait: waitForDns,
    explained: {
      manualCommands: () => [`${kubectlCommand} get pods -n kube-system -l ${dnsSelector} -o wide`],
    },
  };
}

/** Resolves a name from a pod on each worker, three times in a row. */
function createDnsLookupStep(cluster: Cluster): ClusterStep {
  return {
    handle: dnsLookup,
    title: 'DNS lookup from a pod on each worker',
    // Responses between workers use the pod routes.
    dependsOn: [dnsReady, ...podRoute.onAll(cluster.workerInstances)],
    async observe(c) {
      if ((await listDnsPods(c)).ready.length === 0) throw createImageUnavailableError(c);
      let commandOutput = '';
      for (let pass = 1; pass <= 3; pass++) {
        for (const { name } of cluster.workerInstances)
          commandOutput = await runKubectl(c, renderDnsLookup(name, pass), `resolving a name on ${name}`);
      }
      return markPresent(commandOutput);
    },
    wait: waitForDns,
    explained: {
      manualCommands: () => cluster.workerInstances.map(({ name }) => `${kubectlCommand} ${renderDnsLookup(name, 1)}`),
    },
  };
}

function renderDnsLookup(worker: string, pass: number): string {
  const overrides = JSON.stringify({ spec: { nodeName: worker, terminationGracePeriodSeconds: 0 } });
  return `run kthw-dns-${worker}-${pass} -n kube-system --rm -i --quiet --restart=Never --image=docker.io/library/busybox:1.28 --overrides='${overrides}' -- nslookup kubernetes.default`;
}

function listDnsPods(c: StepContext) {
  return listPods(c, 'kube-system', dnsSelector);
}

function createImageUnavailableError(c: StepContext): KthwError {
  return new KthwError('image-unavailable', { image: getSystemImages(c.cluster.release).coredns });
}
