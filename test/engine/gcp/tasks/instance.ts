import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createCloudTasksDispatcher } from '../../../../src/engine/gcp/tasks/cloud-tasks-dispatcher.ts';
import { operations } from '../../../../src/engine/phases/operations.ts';
import type { ClusterService } from '../../../../src/engine/service/cluster-service.ts';
import { createClusterService } from '../../../../src/engine/service/create-cluster-service.ts';
import type { Dispatcher } from '../../../../src/engine/workflow/dispatcher.ts';
import { executeRun, type RunnerOptions } from '../../../../src/engine/workflow/runner.ts';
import { openSqliteStore } from '../../../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../../../src/store/store.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { FakeCompute } from '../../../fakes/compute.ts';
import { FakeVaults } from '../../../fakes/vault.ts';
import { type TutorialOptions, tutorial } from './tutorial.ts';

export interface InstanceOptions extends TutorialOptions {
  readonly queue: string;
  readonly endpoint: string;
  readonly sliceMs?: number;
  readonly leaseMs?: number;
  readonly approvalMs?: number;
  readonly killPoint?: RunnerOptions['killPoint'];
}

export interface Instance {
  readonly url: string;
  readonly clusterService: ClusterService;
  readonly dispatcher: Dispatcher;
  readonly store: Store;
  readonly logged: string[];
  /** As after SIGTERM. */
  stop(): Promise<void>;
}

/** One service instance without Slack; only phases and Compute Engine are fakes. Instances share a directory. */
export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const {
    folder,
    queue,
    endpoint,
    sliceMs,
    leaseMs = 30_000,
    approvalMs = 30 * 60_000,
    killPoint = () => {},
  } = options;
  const phases = tutorial(options);
  const store = openSqliteStore({ path: join(folder, 'store.sqlite') });
  const logged: string[] = [];
  const log = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const clock = new FakeClock({ speedup: 1 });
  const compute = new FakeCompute(clock);
  const vaults = new FakeVaults(clock).createProvider(store);
  const runner: RunnerOptions = {
    store,
    phases,
    operations,
    leaseOwner: randomUUID(),
    clock,
    random: Math.random,
    leaseMs,
    approvalMs,
    wake: () => {},
    openResources: async ({ cluster }) => ({
      vault: vaults.getVault(cluster),
      clients: { compute, vault: vaults.getVault(cluster) } as never,
      close: async () => {},
    }),
    onEventsAppended: () => {},
    log,
    killPoint,
  };
  const dispatcher = createCloudTasksDispatcher({
    store,
    log,
    clock,
    executeRun: (run, signal) => executeRun(run, runner, signal),
    queue,
    endpoint,
    retryDelayMs: 50,
    ...(sliceMs === undefined ? {} : { sliceMs }),
  });
  const clusterService = createClusterService({
    store,
    phases,
    now: clock.now,
    wake: dispatcher.wake,
    findMachineTypeProblem: async () => undefined,
    runDoctor: () => Promise.reject(new Error('not here')),
    getSnapshot: () => Promise.reject(new Error('not here')),
    issueKubeconfig: () => Promise.reject(new Error('not here')),
    removeRevokedBindings: () => Promise.reject(new Error('not here')),
  });
  const server = createServer((request, response) => {
    const route = dispatcher.routes?.find(({ path, method }) => path === request.url && method === request.method);
    if (route) route.handler(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clusterService,
    dispatcher,
    store,
    logged,
    async stop() {
      await dispatcher.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await store.close();
    },
  };
}
