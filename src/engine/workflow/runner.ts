import type { ClusterRecord, RunRecord } from '../../store/records.ts';
import { type Lease, LeaseLost, type Store, StoreUnavailable } from '../../store/store.ts';
import { deriveCluster } from '../cluster/cluster.ts';
import { assignChapters } from './assign-chapters.ts';
import type { ExecuteStepDeps } from './execute-step.ts';
import { finalizeRun } from './finalize-run.ts';
import { Journal } from './journal.ts';
import { findOperation, type Operation, type Operations } from './operation.ts';
import { plan } from './plan.ts';
import type { RunState } from './run-state.ts';
import { runSchedulerLoop } from './scheduler.ts';
import type { Clock, Phase, Step, WorkflowContext } from './step.ts';

/** @typeParam C context of the steps: what the workflow gives them and the clients that the runner opens */
export interface RunnerOptions<C extends WorkflowContext = WorkflowContext> {
  readonly store: Store;
  readonly phases: readonly Phase<Step<C>>[];
  readonly operations: Operations<Step<C>>;
  /** This process, unique among all that ever ran. */
  readonly leaseOwner: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly leaseMs: number;
  /** How long a question waits for an answer. */
  readonly approvalMs: number;
  /** Opens what the steps of a cluster may use. The runner closes it when it puts the run down. */
  openResources(run: RunRecord): Promise<RunResources<C>>;
  /** Told whenever events were stored: the outbox reads them. */
  onEventsAppended(run: string): void;
  readonly log: ExecuteStepDeps['log'];
  readonly killPoint: ExecuteStepDeps['killPoint'];
}

export interface RunResources<C extends WorkflowContext> {
  readonly clients: Omit<C, keyof WorkflowContext>;
  close(): Promise<void>;
}

/**
 * Why a runner stopped executing a run. `locked`: another runner holds its lease. `blocked`: an earlier run of the cluster
 * is open. `waiting`: a user must respond first. `aborted`: the signal stopped it. `leaseLost`: the lease expired.
 */
export type RunnerExit = 'completed' | 'locked' | 'blocked' | 'waiting' | 'aborted' | 'leaseLost';

/**
 * Carries a run forward under a lease until it is over, waits for a person, or `signal` says stop. Any instance may do
 * this for any run; what it does is what the events say is next.
 * @throws StoreUnavailable when the store was away for longer than the lease: then it is to be called again
 */
export async function executeRun<C extends WorkflowContext>(
  runId: string,
  options: RunnerOptions<C>,
  signal: AbortSignal,
): Promise<RunnerExit> {
  const { store } = options;
  const run = (await store.read('run', runId))?.value;
  const operation = run && findOperation<Step>(options.operations, run.operation);
  if (!run?.open || !operation) return 'completed';
  const cluster = (await store.read('cluster', run.cluster))?.value;
  if (await hasEarlierOpenRun(store, cluster, runId)) return 'blocked';
  const lease = await store.acquireLease(runId, options.leaseOwner, options.leaseMs);
  if (!lease) return 'locked';
  try {
    return await executeUnderLease(lease, run, operation, cluster, options, signal);
  } catch (error) {
    if (error instanceof LeaseLost) return 'leaseLost';
    throw error;
  } finally {
    await store.releaseLease(lease).catch((error: unknown) => {
      // It runs out by itself.
      if (!(error instanceof StoreUnavailable)) throw error;
    });
  }
}

async function executeUnderLease(
  lease: Lease,
  run: RunRecord,
  operation: Operation,
  record: ClusterRecord | undefined,
  options: RunnerOptions,
  stopSignal: AbortSignal,
): Promise<RunnerExit> {
  const { store, clock, leaseMs } = options;
  const leaseFailure = new AbortController();
  const journal = new Journal(store, lease, () => options.onEventsAppended(lease.run));
  await journal.catchUp();
  if (journal.state.outcome) return await finishRun();
  if (isWaitingForUser(journal.state, clock.now())) return 'waiting';
  await journal.append({ type: 'run.claimed', runner: options.leaseOwner });
  const cluster = deriveCluster(run.spec);
  const resources = await options.openResources(run);
  const renewalStop = new AbortController();
  const renewal = renewLeasePeriodically();
  try {
    const fullPlan = plan(options.phases, cluster, { ...run, operation });
    const planned = run.pausesAfterChapters ? assignChapters(fullPlan) : fullPlan;
    const deps: ExecuteStepDeps = {
      planned,
      journal,
      approvalMs: options.approvalMs,
      random: options.random,
      log: (fields, message) => options.log({ run: lease.run, ...fields }, message),
      killPoint: options.killPoint,
      context: { ...resources.clients, cluster, clock, signal: stopSignal },
      earlierOutputs: new Map(Object.entries(record?.outputs ?? {})),
      reusesEarlierOutputs: operation.reusesEarlierOutputs,
    };
    const exit = await runSchedulerLoop(planned, deps, AbortSignal.any([stopSignal, leaseFailure.signal]));
    // A lease that could not be renewed for another reason than being lost: the run is to be taken up again.
    if (exit === 'aborted' && leaseFailure.signal.aborted) throw leaseFailure.signal.reason;
    return exit === 'completed' ? await finishRun() : exit;
  } finally {
    renewalStop.abort();
    await renewal;
    await resources.close();
  }

  async function renewLeasePeriodically(): Promise<void> {
    try {
      for (;;) {
        await clock.sleep(leaseMs / 3, renewalStop.signal);
        await journal.renew(leaseMs).catch((error: unknown) => {
          // Until it runs out nobody else can have taken it.
          if (!(error instanceof StoreUnavailable) || clock.now() >= journal.lease.expiresAt) throw error;
        });
      }
    } catch (error) {
      if (!renewalStop.signal.aborted) leaseFailure.abort(error);
    }
  }

  async function finishRun(): Promise<'completed'> {
    await finalizeRun(store, operation, lease.run, run, journal.state);
    options.onEventsAppended(lease.run);
    return 'completed';
  }
}

/** Nothing to do before a person has answered, or their time is over. */
function isWaitingForUser({ pendingApproval, pendingPause, cancelRequested }: RunState, now: Date): boolean {
  const hasPendingApproval = pendingApproval !== undefined && pendingApproval.expiresAt > now;
  return (hasPendingApproval || pendingPause !== undefined) && !cancelRequested;
}

/** A run that took the cluster from another waits until that one has put its tools down. */
async function hasEarlierOpenRun(store: Store, cluster: ClusterRecord | undefined, run: string): Promise<boolean> {
  const runs = cluster?.runs ?? [];
  const earlierRuns = runs.slice(0, Math.max(0, runs.indexOf(run))).slice(-3);
  const records = await Promise.all(earlierRuns.map((id) => store.read('run', id)));
  return records.some((found) => found?.value.open);
}
