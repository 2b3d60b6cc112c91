import type { ClusterRecord, RunRecord } from '../../store/records.ts';
import type { Lease, Store } from '../../store/store.ts';
import { LeaseLost, StoreAway } from '../../store/store-errors.ts';
import { clusterOf } from '../cluster/cluster.ts';
import { liveGrants } from '../service/kubeconfig-grants.ts';
import { inChapters } from './assign-chapters.ts';
import type { StepTools } from './execute-step.ts';
import { settleRun } from './finalize-run.ts';
import { Journal } from './journal.ts';
import { isOperation, type OperationName } from './operations.ts';
import { plan } from './plan.ts';
import type { RunState } from './run-state.ts';
import { walk } from './scheduler.ts';
import type { Clock, Context, Phase } from './step.ts';

export interface RunnerOptions {
  readonly store: Store;
  readonly phases: readonly Phase[];
  /** This process, unique among all that ever ran. */
  readonly holder: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly leaseMs: number;
  /** How long a question waits for an answer. */
  readonly approvalMs: number;
  /** Opens what the steps of a cluster may use. The runner closes it when it puts the run down. */
  world(run: RunRecord): Promise<World>;
  /** Told whenever events were stored: the outbox reads them. */
  told(run: string): void;
  readonly log: StepTools['log'];
  readonly killPoint: StepTools['killPoint'];
}

export interface World {
  readonly tools: Pick<Context, 'cloud' | 'remote' | 'vault' | 'mirror' | 'kube'>;
  close(): Promise<void>;
}

/** Why the runner put a run down. `busy`: another runner has it. `later`: an earlier run of the cluster is not over. */
export type PutDown = 'over' | 'busy' | 'later' | 'parked' | 'stopped' | 'lost';

/**
 * Carries a run forward under a lease until it is over, waits for a person, or `signal` says stop. Any instance may do
 * this for any run; what it does is what the events say is next.
 * @throws StoreAway when the store was away for longer than the lease: then it is to be called again
 */
export async function drive(runId: string, options: RunnerOptions, signal: AbortSignal): Promise<PutDown> {
  const { store } = options;
  const run = (await store.read('run', runId))?.value;
  if (!run?.open || !isOperation(run.operation)) return 'over';
  const cluster = (await store.read('cluster', run.cluster))?.value;
  if (await anEarlierIsOpen(store, cluster, runId)) return 'later';
  const lease = await store.takeLease(runId, options.holder, options.leaseMs);
  if (!lease) return 'busy';
  try {
    return await underLease(lease, run, run.operation, cluster, options, signal);
  } catch (error) {
    if (error instanceof LeaseLost) return 'lost';
    throw error;
  } finally {
    await store.releaseLease(lease).catch((error: unknown) => {
      // It runs out by itself.
      if (!(error instanceof StoreAway)) throw error;
    });
  }
}

async function underLease(
  lease: Lease,
  run: RunRecord,
  operation: OperationName,
  record: ClusterRecord | undefined,
  options: RunnerOptions,
  outer: AbortSignal,
): Promise<PutDown> {
  const { store, clock, leaseMs } = options;
  const lost = new AbortController();
  const journal = new Journal(store, lease, () => options.told(lease.run));
  await journal.catchUp();
  if (journal.state.over) return await putAway();
  if (waitsForSomebody(journal.state, clock.now())) return 'parked';
  await journal.tell({ type: 'run.taken', runner: options.holder });
  const cluster = clusterOf(run.spec);
  const world = await options.world(run);
  const putDown = new AbortController();
  const renewing = keepLease();
  try {
    const whole = plan(options.phases, cluster, { ...run, operation });
    const planned = run.pause ? inChapters(whole) : whole;
    const tools: StepTools = {
      planned,
      journal,
      approvalMs: options.approvalMs,
      random: options.random,
      log: (fields, message) => options.log({ run: lease.run, ...fields }, message),
      killPoint: options.killPoint,
      context: {
        ...{ ...world.tools, cluster, clock, signal: outer },
        grants: () => liveGrants(store, run.cluster, clock.now()),
      },
      earlierFacts: new Map(Object.entries(record?.facts ?? {})),
      trustsEarlierFacts: operation !== 'rebuild',
    };
    const end = await walk(planned, tools, AbortSignal.any([outer, lost.signal]));
    // A lease that could not be renewed for another reason than being lost: the run is to be taken up again.
    if (end === 'stopped' && lost.signal.aborted) throw lost.signal.reason;
    return end === 'over' ? await putAway() : end;
  } finally {
    putDown.abort();
    await renewing;
    await world.close();
  }

  async function keepLease(): Promise<void> {
    try {
      for (;;) {
        await clock.sleep(leaseMs / 3, putDown.signal);
        await journal.renew(leaseMs).catch((error: unknown) => {
          // Until it runs out nobody else can have taken it.
          if (!(error instanceof StoreAway) || clock.now() >= journal.lease.until) throw error;
        });
      }
    } catch (error) {
      if (!putDown.signal.aborted) lost.abort(error);
    }
  }

  async function putAway(): Promise<'over'> {
    await settleRun(store, lease.run, run, journal.state);
    options.told(lease.run);
    return 'over';
  }
}

/** Nothing to do before a person has answered, or their time is over. */
function waitsForSomebody({ asked, paused, cancelAsked }: RunState, now: Date): boolean {
  const isAsked = asked !== undefined && asked.expiresAt > now;
  return (isAsked || paused !== undefined) && !cancelAsked;
}

/** A run that took the cluster from another waits until that one has put its tools down. */
async function anEarlierIsOpen(store: Store, cluster: ClusterRecord | undefined, run: string): Promise<boolean> {
  const runs = cluster?.runs ?? [];
  const earlier = runs.slice(0, Math.max(0, runs.indexOf(run))).slice(-3);
  const records = await Promise.all(earlier.map((id) => store.read('run', id)));
  return records.some((found) => found?.value.open);
}
