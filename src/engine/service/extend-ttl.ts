import type { Person } from '../../store/events.ts';
import type { ClusterRecord, RecordOf } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { writeOnce } from '../../store/write-once.ts';
import { change } from '../workflow/finalize-run.ts';
import type { Extension } from './cluster-service-types.ts';

/**
 * Gives a cluster more time, from its end or from now, whichever is later. Who gave it is written down first, once for each
 * end: should the process end in between, the next press does what that says.
 * @param from the end that was shown: should somebody have extended it since, nothing is changed
 */
export async function extend(
  { store, now }: { readonly store: Store; readonly now: () => Date },
  name: string,
  from: Date,
  byMs: number,
  by: Person,
): Promise<Extension> {
  const found = (await store.read('cluster', name))?.value;
  if (!found || found.state === 'deleted' || found.endsAt === undefined) return { unknown: true };
  if (+new Date(found.endsAt) !== +from) return { already: new Date(found.endsAt) };
  const next = new Date(Math.max(+from, +now()) + byMs);
  const key = `${name}.${from.toISOString()}`;
  const asked: RecordOf<'extension'> = {
    cluster: name,
    by,
    at: now().toISOString(),
    from: from.toISOString(),
    endsAt: next.toISOString(),
  };
  const { first, value } = await writeOnce(store, 'extension', key, asked);
  const { endsAt } = value;
  await change(
    store,
    'cluster',
    name,
    (cluster): ClusterRecord =>
      cluster.endsAt !== undefined && +new Date(cluster.endsAt) === +from ? { ...cluster, endsAt } : cluster,
  );
  return first ? { endsAt: new Date(endsAt) } : { already: new Date(endsAt) };
}
