import type { Store } from '../store/store.ts';
import { StaleVersion } from '../store/store-errors.ts';
import type { Extension } from './desk-types.ts';

/**
 * Gives a cluster more time, from its end or from now, whichever is later.
 * @param from the end that was shown: should somebody have extended it since, nothing is changed
 */
export async function extend(
  { store, now }: { readonly store: Store; readonly now: () => Date },
  name: string,
  from: Date,
  byMs: number,
): Promise<Extension> {
  const found = await store.read('cluster', name);
  const { endsAt } = found?.value ?? {};
  if (!found || found.value.state === 'deleted' || endsAt === undefined) return { unknown: true };
  if (+new Date(endsAt) !== +from) return { already: new Date(endsAt) };
  const next = new Date(Math.max(+from, +now()) + byMs);
  try {
    await store.write('cluster', name, { ...found.value, endsAt: next.toISOString() }, found.version);
  } catch (error) {
    if (!(error instanceof StaleVersion)) throw error;
    return await extend({ store, now }, name, from, byMs);
  }
  return { endsAt: next };
}
