import { randomUUID } from 'node:crypto';
import type { Person } from '../../store/events.ts';
import type { ClusterRecord, ClusterSpec, RunRecord } from '../../store/records.ts';
import type { Store, Versioned } from '../../store/store.ts';
import { StaleVersion } from '../../store/store-errors.ts';
import { change } from '../workflow/finalize-run.ts';
import { isOperation, mayTakeOver, type OperationName } from '../workflow/operations.ts';
import { beforeOf } from '../workflow/previous-spec.ts';
import type { Answer } from './cluster-service-types.ts';

/** What somebody asks to be done with a cluster. */
export interface Request {
  readonly operation: OperationName;
  readonly spec: ClusterSpec;
  readonly by: Person;
  readonly channel: string;
  readonly from?: string;
  /** Create: until when it is wanted. */
  readonly endsAt?: string;
  /** Create: a pause after every chapter. */
  readonly pause?: boolean;
  /** The cluster as it was, where the run changes what it is. */
  readonly before?: ClusterSpec;
}

interface Tools {
  readonly store: Store;
  readonly now: () => Date;
  poke(run: string): void;
}

/** Opens a run and takes the cluster for it in one compare-and-set; who comes second learns who holds it. */
export async function beginRun(
  tools: Tools,
  asked: Request,
  found: Versioned<ClusterRecord> | undefined,
): Promise<Answer> {
  const { store, now, poke } = tools;
  const holder = found?.value.holding;
  const holding = holder ? await store.read('run', holder) : undefined;
  const running = holding?.value.operation;
  const takesOver = running !== undefined && isOperation(running) && mayTakeOver(asked.operation, running);
  if (holder && !takesOver) return await heldBy(tools, holder);
  const { operation, spec, by, channel } = asked;
  const requestedAt = now().toISOString();
  // Ids sort by time, so that open runs are taken up in the order they were asked for.
  const run = `${requestedAt.replaceAll(/[^0-9]/g, '')}-${randomUUID().slice(0, 8)}`;
  // Closed until the cluster names it: should this process end in between, nobody takes up a run without a cluster.
  const record: RunRecord = {
    ...{ cluster: spec.name, operation, spec, by, channel, requestedAt, open: false },
    ...(asked.from ? { from: asked.from } : {}),
    ...(asked.pause ? { pause: true } : {}),
    ...(asked.before && found ? await beforeOf(store, asked.before, found.value.runs) : {}),
  };
  await store.write('run', run, record, undefined);
  await store.append(run, [{ type: 'run.requested', operation, by }]);
  const anew: Omit<ClusterRecord, 'runs'> = {
    ...{ spec, by, channel, createdAt: requestedAt, state: 'building', facts: {} },
    ...(asked.endsAt === undefined ? {} : { endsAt: asked.endsAt }),
  };
  // A cluster that was deleted and is asked for again is whoever asks now's.
  const gone = found?.value.state === 'deleted';
  const before: ClusterRecord = found && !gone ? found.value : { ...anew, runs: found?.value.runs ?? [] };
  const after: ClusterRecord = {
    ...before,
    spec: operation === 'delete' ? before.spec : spec,
    holding: run,
    runs: [...before.runs, run],
    state: stateDuring(operation, before),
  };
  try {
    await store.write('cluster', spec.name, after, found?.version);
  } catch (error) {
    if (!(error instanceof StaleVersion)) throw error;
    await store.remove('run', run);
    return await beginRun(tools, asked, await store.read('cluster', spec.name));
  }
  // Should this process end here, the cluster is held by a closed run: the dispatcher opens it at its start.
  await change(store, 'run', run, (opened) => ({ ...opened, open: true }));
  if (holder) {
    await store.append(holder, [{ type: 'run.cancelAsked', by }]);
    poke(holder);
  }
  poke(run);
  return { run };
}

/** Who holds a cluster, by the run that does. */
export async function heldBy({ store, poke }: Tools, run: string): Promise<Answer> {
  // It may hold the cluster for a question that nobody answered in time: looked at, it ends.
  poke(run);
  const record = (await store.read('run', run))?.value;
  const since = new Date(record?.requestedAt ?? 0);
  const by = record?.by ?? { team: '', user: '' };
  return { heldBy: { run, operation: record?.operation ?? 'create', by, since } };
}

/** What a cluster is while a run works on it. */
export function stateDuring(operation: string | undefined, before?: ClusterRecord): ClusterRecord['state'] {
  if (operation === 'delete') return 'deleting';
  return operation === 'create' || !before ? 'building' : before.state;
}
