import type { Cluster } from '../cluster/cluster.ts';
import { table, kubectl as typing } from '../manual/kubectl.ts';
import { corednsObjects } from '../render/coredns-manifest.ts';
import { images } from '../render/system-images.ts';
import { getObject, kubectl, kubeOf } from '../steps/kube-admin-client.ts';
import { kubeObjectStep } from '../steps/kube-object-step.ts';
import { type Pod, pullFails, readyPods } from '../steps/smoke-objects.ts';
import { KthwError } from '../workflow/errors.ts';
import { type Context, definePhase, type Step, saw } from '../workflow/step.ts';

/**
 * Names of services, for pods. Where its image can't be pulled, it says so and waits for `resume`; nothing else fails
 * for it. Tutorial, chapter 12.
 */
export const dns = definePhase({
  name: 'dns',
  title: 'DNS add-on',
  chapter: 12,
  after: ['rbac', 'ready'],
  steps: (cluster) => {
    if (cluster.workers === 0) return [];
    const [first] = cluster.controllerMachines;
    const steps = corednsObjects(cluster).map((object) =>
      kubeObjectStep('dns', object, first ? [`control-plane/${first.name}`] : []),
    );
    return [...steps, runs(steps.map((step) => step.key)), resolves(cluster)];
  },
});

function runs(after: readonly string[]): Step {
  return {
    key: 'dns/runs',
    title: 'CoreDNS runs',
    after: [...after, 'ready/nodes'],
    async observe(c) {
      const pods = await dnsPods(c);
      if (readyPods(pods).length > 0) return saw(podTable(readyPods(pods)));
      if (pullFails(pods)) throw unavailable(c);
      throw new KthwError('not-healthy', { what: 'CoreDNS' });
    },
    byHand: () => [{ script: `${typing} get pods -n kube-system -l k8s-app=kube-dns -o wide` }],
  };
}

/** A name resolved from a pod on each worker, three times in a row. */
function resolves(cluster: Cluster): Step {
  return {
    key: 'dns/resolves',
    title: 'a name is resolved from a pod on each worker',
    // Between workers an answer takes the routes of pods.
    after: ['dns/runs', ...cluster.workerMachines.map(({ name }) => `pod-routes/${name}`)],
    async observe(c) {
      if (readyPods(await dnsPods(c)).length === 0) throw unavailable(c);
      let read = '';
      for (let pass = 1; pass <= 3; pass++) {
        for (const worker of cluster.workerMachines) read = await resolvesOn(c, worker.name, pass);
      }
      return saw(read);
    },
    byHand: () => cluster.workerMachines.map(({ name }) => ({ script: `${typing} ${resolving(name, 1)}` })),
  };
}

async function resolvesOn(c: Context, worker: string, pass: number): Promise<string> {
  return await kubectl(c, resolving(worker, pass), `resolving a name on ${worker}`);
}

function resolving(worker: string, pass: number): string {
  const overrides = JSON.stringify({ spec: { nodeName: worker, terminationGracePeriodSeconds: 0 } });
  return `run kthw-dns-${worker}-${pass} -n kube-system --rm -i --quiet --restart=Never --image=docker.io/library/busybox:1.28 --overrides='${overrides}' -- nslookup kubernetes.default`;
}

async function dnsPods(c: Context): Promise<readonly Pod[]> {
  const api = await kubeOf(c, c.cluster.controllerMachines[0]);
  const path = '/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns';
  return (await getObject<{ items: readonly Pod[] }>(api, path, c.signal))?.items ?? [];
}

function podTable(pods: readonly Pod[]): string {
  const rows = pods.map(({ metadata, spec, status }) => [metadata.name, status.podIP ?? '', spec.nodeName ?? '']);
  return table(['NAME', 'IP', 'NODE'], rows);
}

function unavailable(c: Context): KthwError {
  return new KthwError('image-unavailable', { image: images(c.cluster.release).coredns });
}
