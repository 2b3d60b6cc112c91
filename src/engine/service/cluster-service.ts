import type { Person } from '../../store/events.ts';
import type { ClusterRecord, ClusterSpec } from '../../store/records.ts';
import type { Store, Versioned } from '../../store/store.ts';
import { StaleVersion, StoreAway } from '../../store/store-errors.ts';
import { sshRangesOf } from '../cluster/cluster.ts';
import type { Sight } from '../diagnostics/cluster-snapshot.ts';
import { hardWay } from '../manual/phase-commands.ts';
import { KthwError } from '../workflow/errors.ts';
import { change } from '../workflow/finalize-run.ts';
import type { OperationName } from '../workflow/operations.ts';
import { beforeOf } from '../workflow/previous-spec.ts';
import type { Phase } from '../workflow/step.ts';
import { decide, pendingApproval } from './approvals.ts';
import { auditOf } from './audit-log.ts';
import { goOn } from './chapter-pauses.ts';
import type {
  Answer,
  AnswerOrUnknown,
  ClusterStatus,
  Desk,
  Diagnosis,
  Kubeconfig,
  RunView,
} from './cluster-service-types.ts';
import { extend } from './extend-ttl.ts';
import { grantsOf } from './kubeconfig-grants.ts';
import { revokeKubeconfigs } from './revoke-kubeconfigs.ts';
import { RunViews } from './run-view-cache.ts';
import { beginRun, heldBy, type Request, stateDuring } from './start-run.ts';

export interface DeskOptions {
  readonly store: Store;
  readonly phases: readonly Phase[];
  readonly now: () => Date;
  /** Where machines download from. */
  readonly mirror?: string | undefined;
  /** Something was asked of a run: the dispatcher and the outbox look at it. */
  poke(run: string): void;
  /** The store was away while something was asked: nobody knows how far that came. */
  lookAgain?(): void;
  issueKubeconfig(record: ClusterRecord, by: Person, hours: number): Promise<Kubeconfig>;
  /** Takes the access of revoked kubeconfigs away, now. @throws KthwError when the cluster's API does not answer */
  withdrawRevoked(record: ClusterRecord): Promise<void>;
  /** Why a cluster can't be of this machine type; undefined: it can. */
  typeProblem(spec: ClusterSpec): Promise<string | undefined>;
  /** @param facts what is known of the cluster, also by a run that is not over */
  doctor(record: ClusterRecord, facts: ClusterRecord['facts']): Promise<Diagnosis>;
  sight(record: ClusterRecord, facts: ClusterRecord['facts']): Promise<Sight>;
}

/** What commands may ask of the engine. Every answer comes soon: the work itself is a run. */
export function openDesk(options: DeskOptions): Desk {
  const { store, phases, now, poke } = options;
  const views = new RunViews(store, phases);

  async function create({ ttlMs, ...asked }: Parameters<Desk['create']>[0]): Promise<Answer> {
    const found = await store.read('cluster', asked.spec.name);
    if (found && found.value.state !== 'deleted') {
      const differs = differences(asked.spec, found.value.spec);
      if (differs.length > 0) return { differs };
      if (found.value.holding) return await heldBy(options, found.value.holding);
      if (found.value.state === 'ready') return { unchanged: found.value };
      return await resume(asked.spec.name, asked.by).then((a) => ('unknown' in a ? { unchanged: found.value } : a));
    }
    return await begin(
      {
        operation: 'create',
        ...asked,
        ...(ttlMs === undefined ? {} : { endsAt: new Date(+now() + ttlMs).toISOString() }),
      },
      found,
    );
  }

  function resume(name: string, by: Person): Promise<AnswerOrUnknown> {
    return orLookAgain(resumeNow(name, by));
  }

  async function resumeNow(name: string, by: Person): Promise<AnswerOrUnknown> {
    const found = await store.read('cluster', name);
    if (!found || found.value.state === 'deleted') return { unknown: true };
    if (found.value.holding) return await heldBy(options, found.value.holding);
    const run = found.value.runs.at(-1);
    const [view, record] = run ? await Promise.all([views.of(run), store.read('run', run)]) : [];
    const finished = view?.over === 'succeeded' && view.troubles.length === 0;
    if (!run || finished) return { unchanged: found.value };
    try {
      await store.write(
        'cluster',
        name,
        {
          ...found.value,
          spec: (view?.operation !== 'delete' && record?.value.spec) || found.value.spec,
          holding: run,
          state: stateResumed(view, found.value),
        },
        found.version,
      );
    } catch (error) {
      if (error instanceof StaleVersion) return await resumeNow(name, by);
      throw error;
    }
    // Should this process end here, the run is still closed and the cluster held: the dispatcher opens it at its start.
    await store.append(run, [{ type: 'run.resumed', by }]);
    await change(store, 'run', run, (record) => ({ ...record, open: true }));
    poke(run);
    return { run };
  }

  async function cancel(name: string, by: Person): Promise<AnswerOrUnknown> {
    const found = await store.read('cluster', name);
    if (!found || found.value.state === 'deleted') return { unknown: true };
    const run = found.value.holding;
    if (!run) return { unchanged: found.value };
    await store.append(run, [{ type: 'run.cancelAsked', by }]);
    poke(run);
    return { run };
  }

  async function onCluster(
    operation: OperationName,
    name: string,
    by: Person,
    channel: string,
  ): Promise<AnswerOrUnknown> {
    const found = await store.read('cluster', name);
    if (!found || found.value.state === 'deleted') return { unknown: true };
    return await begin({ operation, spec: found.value.spec, by, channel }, found);
  }

  async function resize(
    name: string,
    { machineType, by, channel }: Parameters<Desk['resize']>[1],
  ): ReturnType<Desk['resize']> {
    const found = await store.read('cluster', name);
    if (!found || found.value.state === 'deleted') return { unknown: true };
    const { state, spec, runs } = found.value;
    if (spec.machineType === machineType) {
      // It is to be so already: either it is, or the run that makes it so goes on.
      const last = (await store.read('run', runs.at(-1) ?? ''))?.value.operation;
      return state === 'ready' && last !== 'resize' ? { unchanged: found.value } : await resume(name, by);
    }
    const wanted = { ...spec, machineType, forceSize: false };
    const problem = await options.typeProblem(wanted);
    if (problem) return { problem };
    const how =
      state === 'ready' ? { operation: 'resize' as const } : { operation: 'rebuild' as const, from: 'controllers' };
    return await begin({ ...how, spec: wanted, before: spec, by, channel }, found);
  }

  async function remove(name: string, by: Person, channel: string): Promise<AnswerOrUnknown> {
    const found = await store.read('cluster', name);
    if (!found || found.value.state === 'deleted') return { unknown: true };
    const { before: spec } = await beforeOf(store, found.value.spec, found.value.runs);
    return await begin({ operation: 'delete', spec, by, channel }, found);
  }

  /** A run that changes what the cluster is. */
  async function changing(name: string, to: (spec: ClusterSpec) => Request | undefined): Promise<AnswerOrUnknown> {
    const found = await store.read('cluster', name);
    if (!found || found.value.state === 'deleted') return { unknown: true };
    const asked = to(found.value.spec);
    return asked ? await begin({ ...asked, before: found.value.spec }, found) : { unchanged: found.value };
  }

  function begin(asked: Request, found: Versioned<ClusterRecord> | undefined): Promise<Answer> {
    return orLookAgain(beginRun(options, asked, found));
  }

  /** What was begun and not ended, because the store went away in between, goes on or is ended once it is back. */
  async function orLookAgain<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof StoreAway) options.lookAgain?.();
      throw error;
    }
  }

  async function statusOf(found: Versioned<ClusterRecord>): Promise<ClusterStatus> {
    const run = found.value.runs.at(-1);
    const latest = run ? await views.of(run) : undefined;
    return { name: found.id, record: found.value, ...(latest ? { latest } : {}) };
  }

  return {
    create,
    resume,
    cancel,
    smoke: (name, by, channel) => onCluster('smoke', name, by, channel),
    delete: remove,
    async status(name) {
      const found = await store.read('cluster', name);
      return found && found.value.state !== 'deleted' ? await statusOf(found) : undefined;
    },
    async list() {
      const found = await store.list('cluster', { limit: 200 });
      return await Promise.all(found.filter((c) => c.value.state !== 'deleted').map(statusOf));
    },
    async kubeconfig(name, by, hours = 24) {
      const found = await store.read('cluster', name);
      if (!found || found.value.state === 'deleted') return undefined;
      if (found.value.state !== 'ready') return { notReady: found.value.state };
      try {
        return await options.issueKubeconfig(found.value, by, hours);
      } catch (error) {
        if (error instanceof KthwError && error.kind === 'transient') return { notReady: error.message };
        throw error;
      }
    },
    grants: (name) => grantsOf(store, name, now()),
    revoke: (name, asked) => revokeKubeconfigs(options, name, asked),
    resize,
    async sight(name) {
      const found = await store.read('cluster', name);
      if (!found || found.value.state === 'deleted') return { unknown: true };
      const { latest } = await statusOf(found);
      return await options.sight(found.value, { ...found.value.facts, ...latest?.facts });
    },
    async doctor(name) {
      const found = await store.read('cluster', name);
      if (!found || found.value.state === 'deleted') return { unknown: true };
      const { latest } = await statusOf(found);
      return await options.doctor(found.value, { ...found.value.facts, ...latest?.facts });
    },
    rebuild: (name, { from, machineType, by, channel }) =>
      changing(name, (spec) => ({
        operation: 'rebuild',
        from,
        spec: { ...spec, ...(machineType ? { machineType } : {}) },
        by,
        channel,
      })),
    async scale(name, { workers, by, channel }) {
      const answer = await changing(name, (spec) =>
        spec.workers === workers ? undefined : { operation: 'scale', spec: { ...spec, workers }, by, channel },
      );
      if (!('unchanged' in answer)) return answer;
      // It is to be so already: either it is, or the scaling that makes it so goes on.
      const last = (await store.read('run', answer.unchanged.runs.at(-1) ?? ''))?.value.operation;
      return last === 'scale' ? await resume(name, by) : answer;
    },
    goOn: (run, chapter, by, how) => goOn(options, run, chapter, by, how),
    hardWay: (run, phase) => hardWay(options, run, phase),
    approval: (run) => pendingApproval(options, run),
    decide: (run, digest, by, yes) => decide(options, run, digest, by, yes),
    audit: (name) => auditOf(store, phases, name),
    extend: (name, from, hours, by) => extend(options, name, from, hours * 3_600_000, by),
    runView: (run) => views.of(run),
  };
}

/** A cluster that works goes on working while what was left over is done, or what changes a cluster that works. */
function stateResumed(view: RunView | undefined, { state }: ClusterRecord): ClusterRecord['state'] {
  const changes = view && ['smoke', 'scale', 'resize'].includes(view.operation);
  return view?.over === 'succeeded' || changes ? state : stateDuring(view?.operation);
}

function differences(wanted: ClusterSpec, found: ClusterSpec) {
  return (Object.keys(wanted) as (keyof ClusterSpec)[])
    .filter((field) => field !== 'forceSize')
    .map((field) => ({ field, wanted: textIn(wanted, field), found: textIn(found, field) }))
    .filter((d) => d.wanted !== d.found);
}

function textIn(spec: ClusterSpec, field: keyof ClusterSpec): string {
  return field === 'sshRanges' ? sshRangesOf(spec).toSorted().join() : String(spec[field]);
}
