import { KeyedMutex } from '../../../store/retry-on-contention.ts';
import type { Store } from '../../../store/store.ts';
import type { ClusterLifecycle } from '../cluster-service.ts';
import { readActiveCluster } from '../load-cluster-status.ts';
import {
  type BudgetProblem,
  type Budgets,
  findFamilyProblem,
  findSizeBudgetProblem,
  findTtlProblem,
} from './budgets.ts';

interface BudgetDeps {
  readonly budgets?: Budgets | undefined;
  readonly store: Store;
  readonly now: () => Date;
  /** vCPUs of a machine type; 0 if it doesn't exist. @throws KthwError */
  getVcpus?(machineType: string, zone: string): Promise<number>;
}

const hourMs = 3_600_000;

/**
 * Refuses requests that would exceed a budget, for every command, form, button and mention. Requests of this process are
 * checked and recorded one at a time, so that two of them can't share the last of a budget.
 */
export function withBudgets(
  lifecycle: ClusterLifecycle,
  { budgets = {}, store, now, getVcpus = async () => 0 }: BudgetDeps,
): ClusterLifecycle {
  if (Object.values(budgets).every((limit) => limit === undefined)) return lifecycle;
  const mutex = new KeyedMutex();
  const deps = {
    getVcpus,
    listClusters: async () => (await store.listActiveClusters()).map(({ value }) => value),
    readRunSpec: async (run: string) => (await store.read('run', run))?.value.spec,
  };

  /** Starts the run unless a check finds a problem. */
  async function startWithin<T>(
    checks: readonly (() => Promise<BudgetProblem | undefined> | BudgetProblem | undefined)[],
    start: () => Promise<T>,
  ): Promise<T | { readonly overBudget: BudgetProblem }> {
    return await mutex.run('requests', async () => {
      for (const check of checks) {
        const overBudget = await check();
        if (overBudget) return { overBudget };
      }
      return await start();
    });
  }

  /** Changes a cluster. An unknown cluster is left to the lifecycle, which reports it. */
  async function changeWithin<T>(
    name: string,
    change: { readonly machineType?: string | undefined; readonly workers?: number },
    start: () => Promise<T>,
  ): Promise<T | { readonly overBudget: BudgetProblem }> {
    const found = await readActiveCluster(store, name);
    if (!found) return await start();
    const { spec } = found.value;
    const { machineType = spec.machineType, workers = spec.workers } = change;
    const isOtherType = machineType !== spec.machineType;
    return await startWithin(
      [
        () => (isOtherType ? findFamilyProblem(budgets, machineType) : undefined),
        () => findSizeBudgetProblem(budgets, { ...spec, machineType, workers }, deps),
      ],
      start,
    );
  }

  return {
    ...lifecycle,
    async createCluster(request) {
      const { spec, ttlMs } = request;
      // An existing cluster keeps its size and TTL: the lifecycle reports or resumes it.
      if (await readActiveCluster(store, spec.name)) return await lifecycle.createCluster(request);
      return await startWithin(
        [
          () => findFamilyProblem(budgets, spec.machineType),
          () => findTtlProblem(budgets, ttlMs),
          () => findSizeBudgetProblem(budgets, spec, deps),
        ],
        () => lifecycle.createCluster(request),
      );
    },
    scaleCluster: (name, request) => changeWithin(name, request, () => lifecycle.scaleCluster(name, request)),
    resizeCluster: (name, request) => changeWithin(name, request, () => lifecycle.resizeCluster(name, request)),
    rebuildCluster: (name, request) =>
      changeWithin(name, { machineType: request.machineType }, () => lifecycle.rebuildCluster(name, request)),
    async extendTtl(name, expectedExpiry, hours, requester) {
      const found = await readActiveCluster(store, name);
      const newExpiryMs = Math.max(+expectedExpiry, +now()) + hours * hourMs;
      const overBudget = found && findTtlProblem(budgets, newExpiryMs - +new Date(found.value.createdAt));
      return overBudget ? { overBudget } : await lifecycle.extendTtl(name, expectedExpiry, hours, requester);
    },
  };
}
