import type { Cluster, WorkerInstance } from '../cluster/cluster.ts';
import { getOwnershipDescription, getResourceNames } from '../cluster/resource-names.ts';
import type { Route } from '../gcp/compute/compute-client.ts';
import { definePhase } from '../steps/cluster-step.ts';
import { getInstanceHandle } from '../steps/instance-step.ts';
import { resourceStep } from '../steps/resource-step.ts';
import { instanceStepHandle } from '../workflow/step-handle.ts';
import { networkSteps } from './network.ts';

export const podRoute = instanceStepHandle('pod-routes');

/** Routes each worker's pod range to the worker. Tutorial, chapter 11. */
export const podRoutes = definePhase({
  name: 'pod-routes',
  title: 'Pod routes',
  chapter: 11,
  steps: (cluster) =>
    cluster.workerInstances.map((worker) => {
      const route = buildPodRoute(cluster, worker);
      return resourceStep({
        handle: podRoute.on(worker),
        title: `route ${route.destination} to ${worker.name}`,
        dependsOn: [networkSteps.subnet],
        uses: [getInstanceHandle(worker)],
        collection: 'routes',
        ref: route,
        buildSpec: () => route,
        comparedFields: ['network', 'destination', 'nextHop'],
      });
    }),
});

function buildPodRoute(cluster: Cluster, worker: WorkerInstance): Route {
  return {
    name: getResourceNames(cluster).podRoute(worker.name),
    network: getResourceNames(cluster).network,
    description: getOwnershipDescription(cluster),
    destination: worker.podCidr,
    nextHop: worker.address,
  };
}
