import type { Cluster, Worker } from '../cluster/cluster.ts';
import { markOf, names } from '../cluster/resource-names.ts';
import type { Route } from '../gcp/compute/compute-client.ts';
import { cloudStep } from '../steps/resource-step.ts';
import { definePhase } from '../workflow/step.ts';

/** A route for each worker's pod range to that worker. Tutorial, chapter 11. */
export const podRoutes = definePhase({
  name: 'pod-routes',
  title: 'Pod routes',
  chapter: 11,
  after: ['network'],
  steps: (cluster) =>
    cluster.workerMachines.map((worker) => {
      const route = routeOf(cluster, worker);
      return cloudStep({
        key: `pod-routes/${worker.name}`,
        title: `route ${route.destination} to ${worker.name}`,
        after: ['network/subnet'],
        of: 'routes',
        at: route,
        spec: () => route,
        compare: ['network', 'destination', 'nextHop', 'description'],
      });
    }),
});

function routeOf(cluster: Cluster, worker: Worker): Route {
  return {
    name: names(cluster).podRoute(worker.name),
    network: names(cluster).network,
    description: markOf(cluster),
    destination: worker.podCidr,
    nextHop: worker.address,
  };
}
