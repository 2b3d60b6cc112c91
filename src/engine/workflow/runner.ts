import type { RunActivity } from '../../store/events.ts';
import type { ClusterRecord, RunRecord } from '../../store/records.ts';
import { type Lease, LeaseLost, type Store, StoreUnavailable } from '../../store/store.ts';
import { deriveCluster } from '../cluster/cluster.ts';
import { ConfirmedOutputs, type OutputVault } from '../cluster/confirmed-outputs.ts';
import { KthwError, toStepError } from '../cluster/errors.ts';
import { assignChapters } from './assign-chapters.ts';
import { computeRetryTime, defaultRetry } from './compute-retry-time.ts';
import type { ExecuteStepDeps } from './execute-step.ts';
import { finalizeRun } from './finalize-run.ts';
import { Journal } from './journal.ts';
import { findOperation, type Operation, type Operations } from './operation.ts';
import { type PlannedStep, plan } from './plan.ts';
import type { RunState } from './run-state.ts';
import { pollIntervalMs, runSchedulerLoop } from './scheduler.ts';
import type { Clock, Phase, Step, WorkflowContext } from './step.ts';
import { activateQueuedRun, stopBlockingRun, takeOverCluster } from './take-over-cluster.ts';

/** @typeParam C context of the steps: the workflow's own, extended with the clients that the runner opens */
export interface RunnerOptions<C extends WorkflowContext = WorkflowContext> {
  readonly store: Store;
  readonly phases: readonly Phase<Step<C>>[];
  readonly operations: Operations<Step<C>>;
  /** Identifies this process among all processes, also earlier ones. */
  readonly leaseOwner: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly leaseMs: number;
  /** Time until an approval request expires. */
  readonly approvalMs: number;
  /** Opens the clients that the steps of a cluster use. The runner closes them before it returns. */
  openResources(run: RunRecord): Promise<RunResources<C>>;
  /** Called after events were appended. */
  onEventsAppended(run: string): void;
  /** Asks the dispatcher to execute another run. */
  wake(run: string): void;
  readonly log: ExecuteStepDeps['log'];
  readonly killPoint: ExecuteStepDeps['killPoint'];
}

export interface RunResources<C extends WorkflowContext> {
  readonly clients: Omit<C, keyof WorkflowContext>;
  /** Keeps the outputs of steps. */
  readonly vault: OutputVault;
  close(): Promise<void>;
}

/**
 * Why a runner stopped executing a run. `locked`: another runner holds its lease. `blocked`: an earlier run of the cluster
 * is open. `waiting`: a user must respond first. `aborted`: the signal stopped it. `leaseLost`: the lease expired.
 */
export type RunnerExit = 'completed' | 'locked' | 'blocked' | 'waiting' | 'aborted' | 'leaseLost';

/** Runners that crash this often without progress are assumed to be crashed by the run itself. */
const maxClaimsWithoutProgress = 10;

/**
 * Executes a run under a lease until it ends, waits for a user, or `signal` aborts. Any process can execute any run.
 * @throws StoreUnavailable when the store was unavailable for longer than the lease; call again
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
  const blockingRun = await stopBlockingRun(store, cluster, runId, run);
  if (blockingRun !== undefined) {
    options.onEventsAppended(blockingRun);
    options.wake(blockingRun);
    return 'blocked';
  }
  const lease = await store.acquireLease(runId, options.leaseOwner, options.leaseMs);
  if (!lease) return 'locked';
  try {
    return await executeUnderLease(lease, run, operation, cluster, options, signal);
  } catch (error) {
    if (error instanceof LeaseLost) return 'leaseLost';
    throw error;
  } finally {
    await store.releaseLease(lease).catch((error: unknown) => {
      // An unreleased lease expires.
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
  const isQueued = record?.queuedRun === lease.run;
  let activity: RunActivity = 'planning';
  let planned: readonly PlannedStep[] = [];
  await journal.catchUp();
  if (!journal.state.outcome) {
    const isWaiting = isWaitingForUser(journal.state, clock.now());
    if (isWaiting && !(isQueued && record.activeRun === undefined)) return 'waiting';
    await journal.append({ type: 'run.claimed', runner: options.leaseOwner });
  }
  const renewalStop = new AbortController();
  const renewal = renewLeasePeriodically();
  const signal = AbortSignal.any([stopSignal, leaseFailure.signal]);
  try {
    for (;;) {
      try {
        const exit = await executeOnce();
        if (exit !== undefined) return exit;
      } catch (error) {
        const canJournal =
          !(error instanceof LeaseLost || error instanceof StoreUnavailable) && !leaseFailure.signal.aborted;
        if (!canJournal) throw error;
        await appendFault(error);
      }
    }
  } finally {
    renewalStop.abort();
    await renewal;
  }

  /** @returns undefined to execute again */
  async function executeOnce(): Promise<RunnerExit | undefined> {
    if (journal.state.outcome) return await finishRun();
    await waitForRetry();
    if (signal.aborted) return await stop();
    const { fault, cancelRequested, claimsWithoutProgress } = journal.state;
    if (fault && cancelRequested) return await endRun('cancelled');
    if (fault && !fault.retryAt) return await endRun('failed');
    activity = 'takeover';
    if (claimsWithoutProgress > maxClaimsWithoutProgress)
      throw new KthwError('no-progress', { attempts: maxClaimsWithoutProgress });
    activity = 'planning';
    planned = planSteps();
    const position = isQueued
      ? await activateQueuedRun(store, options, run.cluster, lease.run, operation)
      : { kind: 'active' as const };
    if (position.kind === 'obsolete') return await endRun('cancelled');
    // The previous run may still be closing, and has changed the outputs.
    if (position.kind === 'activated') return 'blocked';
    const stops = position.kind === 'queued' ? position.stops : undefined;
    activity = 'opening';
    const resources = await options.openResources(run);
    try {
      const exit = await runSchedulerLoop(
        planned,
        createDeps(resources, await ConfirmedOutputs.load(resources.vault)),
        { stops, onActivity: (next) => (activity = next) },
        signal,
      );
      switch (exit) {
        case 'aborted':
          return await stop();
        case 'completed':
          return await finishRun();
        case 'approved':
          return stops ? await takeOver(stops.run) : undefined;
        case 'waiting':
          return 'waiting';
        default:
          return exit satisfies never;
      }
    } finally {
      await resources.close();
    }
  }

  function planSteps(): readonly PlannedStep[] {
    // The secrets of one cluster must not reach the instances of another.
    if (run.spec.name !== run.cluster)
      throw new KthwError(
        'bug',
        { doing: `planning a run of ${run.cluster}` },
        { detail: 'it has another cluster’s spec' },
      );
    const steps = plan(options.phases, deriveCluster(run.spec), { ...run, operation });
    return run.pausesAfterChapters ? assignChapters(steps) : steps;
  }

  /** The plan, or nothing if it can't be computed. */
  function getPlan(): readonly PlannedStep[] {
    try {
      return planned.length > 0 ? planned : planSteps();
    } catch {
      return [];
    }
  }

  function createDeps(resources: RunResources<WorkflowContext>, confirmedOutputs: ConfirmedOutputs): ExecuteStepDeps {
    return {
      confirmedOutputs,
      planned,
      journal,
      approvalMs: options.approvalMs,
      random: options.random,
      log: (fields, message) => options.log({ run: lease.run, ...fields }, message),
      killPoint: options.killPoint,
      context: { ...resources.clients, cluster: deriveCluster(run.spec), clock, signal: stopSignal },
      earlierOutputs: new Set(Object.keys(record?.outputs ?? {})),
      reusesEarlierOutputs: operation.reusesEarlierOutputs,
    };
  }

  /** Stops the active run and takes its place. This run continues once that run is closed. */
  async function takeOver(stoppedRun: string): Promise<RunnerExit | undefined> {
    const actor = journal.state.approval?.actor;
    if (!actor) return undefined;
    await takeOverCluster(store, stoppedRun, {
      cluster: run.cluster,
      run: lease.run,
      operation: run.operation,
      actor,
    });
    options.onEventsAppended(stoppedRun);
    options.wake(stoppedRun);
    return 'blocked';
  }

  /** Waits until the retry after a fault is due, a user cancels, or the runner must stop. */
  async function waitForRetry(): Promise<void> {
    for (;;) {
      const delayMs = +(journal.state.fault?.retryAt ?? 0) - +clock.now();
      if (delayMs <= 0 || journal.state.cancelRequested || signal.aborted) return;
      await clock.sleep(Math.min(delayMs, pollIntervalMs), signal).catch(() => {});
      if (!signal.aborted) await journal.catchUp();
    }
  }

  /** Appends an error outside of steps, with the retries of a step. */
  async function appendFault(cause: unknown): Promise<void> {
    if (!(cause instanceof KthwError)) options.log({ run: lease.run, activity, error: cause }, 'run faulted');
    const error = toStepError(cause, activityTitles[activity]);
    const failures = journal.state.fault?.failures ?? 0;
    const retryAt = computeRetryTime(error, failures, defaultRetry, { now: clock.now(), random: options.random });
    await journal.append({
      type: 'run.faulted',
      activity,
      error,
      ...(retryAt ? { retryAt: retryAt.toISOString() } : {}),
    });
  }

  async function stop(): Promise<'aborted'> {
    // The lease could not be renewed for another reason than its loss. The run must be claimed again.
    if (leaseFailure.signal.aborted) throw leaseFailure.signal.reason;
    return 'aborted';
  }

  async function renewLeasePeriodically(): Promise<void> {
    try {
      for (;;) {
        await clock.sleep(leaseMs / 3, renewalStop.signal);
        await journal.renew(leaseMs).catch((error: unknown) => {
          // Until the lease expires, no other runner can have acquired it.
          if (!(error instanceof StoreUnavailable) || clock.now() >= journal.lease.expiresAt) throw error;
        });
      }
    } catch (error) {
      if (!renewalStop.signal.aborted) leaseFailure.abort(error);
    }
  }

  async function endRun(outcome: 'failed' | 'cancelled'): Promise<'completed'> {
    await journal.append({ type: 'run.finished', outcome });
    return await finishRun();
  }

  async function finishRun(): Promise<'completed'> {
    const ended = { id: lease.run, record: run, operation, planned: getPlan(), state: journal.state, now: clock.now() };
    const supersededRuns = await finalizeRun(store, options.operations, ended);
    for (const each of [lease.run, ...supersededRuns]) options.onEventsAppended(each);
    const queuedRun = (await store.read('cluster', run.cluster))?.value.queuedRun;
    if (queuedRun !== undefined) options.wake(queuedRun);
    return 'completed';
  }
}

/** Shown in errors, as in "planning the run: …". */
const activityTitles: Readonly<Record<RunActivity, string>> = {
  planning: 'planning the run',
  opening: 'connecting to the cluster',
  drift: 'checking for changes made outside kthw',
  preview: 'listing what will be deleted',
  takeover: 'continuing the run',
};

/** Nothing to do until a user decides or the request expires. */
function isWaitingForUser({ pendingApproval, pendingPause, cancelRequested }: RunState, now: Date): boolean {
  const hasPendingApproval = pendingApproval !== undefined && pendingApproval.expiresAt > now;
  return (hasPendingApproval || pendingPause !== undefined) && !cancelRequested;
}
