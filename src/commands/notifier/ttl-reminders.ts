import type { Desk } from '../../engine/service/cluster-service-types.ts';
import type { ClusterRecord, RecordOf } from '../../store/records.ts';
import type { Store, Versioned } from '../../store/store.ts';
import { StaleVersion } from '../../store/store-errors.ts';
import { deleteYes } from '../delete.ts';
import { extendYes } from '../interactions/extend-button.ts';
import { endsSoon } from '../messages/expiry-reminder.ts';
import { type Chat, ChatError } from '../slack/chat.ts';
import { type AtTheEnd, deletesAt, dueNow } from './ttl-schedule.ts';

export interface RemindersOptions {
  readonly store: Store;
  readonly desk: Pick<Desk, 'delete'>;
  readonly chat: Pick<Chat, 'post' | 'direct'>;
  readonly now: () => Date;
  readonly atTheEnd: AtTheEnd;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

const pageSize = 200;

/**
 * Looks once at every cluster that has an end, and asks in its thread, or deletes it, where that is due. Of processes
 * that look at the same moment one does it.
 */
export async function remind(o: RemindersOptions): Promise<void> {
  for (let after = ''; ; ) {
    const page = await o.store.list('cluster', { after, limit: pageSize });
    for (const { id, value } of page) {
      if (value.endsAt === undefined) continue;
      await look(id, value, value.endsAt, o).catch((error: unknown) => o.log({ cluster: id, error }, 'reminding'));
    }
    const last = page.at(-1);
    if (!last) return;
    after = last.id;
  }
}

async function look(name: string, cluster: ClusterRecord, endsAt: string, o: RemindersOptions): Promise<void> {
  const { store, desk, now } = o;
  const found = await store.read('reminder', name);
  const due = dueNow(cluster, found?.value, now(), o.atTheEnd);
  if (!due) return;
  const at = now().toISOString();
  const before = found?.value.endsAt === endsAt ? found.value : undefined;
  if (due === 'delete') {
    if (!(await claim(name, found, { ...before, endsAt, claimedAt: at, deletedAt: at }, o))) return;
    // Somebody may have extended it just now.
    if ((await store.read('cluster', name))?.value.endsAt !== endsAt) return;
    const answer = await desk.delete(name, cluster.by, cluster.channel);
    o.log({ cluster: name, answer }, 'the time of a cluster is over');
    return;
  }
  const firstAt = before?.firstAt ?? at;
  const deletedAt = before?.deletedAt ? { deletedAt: before.deletedAt } : {};
  const mine = await claim(name, found, { endsAt, claimedAt: at, ...deletedAt }, o);
  if (!mine) return;
  const goes = o.atTheEnd === 'delete' && !before?.deletedAt;
  const when = goes ? { deletesAt: deletesAt(new Date(endsAt), new Date(firstAt)) } : {};
  await ask(name, cluster, { endsAt: new Date(endsAt), ...when }, o);
  await claim(name, mine, { ...mine.value, firstAt, askedAt: at }, o);
}

/** Writes what this process is about to do; nothing when another was first. */
async function claim(
  name: string,
  found: Versioned<RecordOf<'reminder'>> | undefined,
  value: RecordOf<'reminder'>,
  { store }: RemindersOptions,
): Promise<Versioned<RecordOf<'reminder'>> | undefined> {
  try {
    return { id: name, value, version: await store.write('reminder', name, value, found?.version) };
  } catch (error) {
    if (error instanceof StaleVersion) return undefined;
    throw error;
  }
}

/** In the thread of its newest run; where that can't be written to, to whoever made the cluster. */
async function ask(
  name: string,
  cluster: ClusterRecord,
  when: { readonly endsAt: Date; readonly deletesAt?: Date },
  o: RemindersOptions,
): Promise<void> {
  const ids = { extend: extendYes.id, delete: deleteYes.id };
  const message = endsSoon(name, cluster.by, { ...when, now: o.now() }, ids);
  const thread = (await o.store.read('thread', cluster.runs.at(-1) ?? ''))?.value;
  try {
    const options = thread?.ts === undefined ? {} : { thread: thread.ts };
    await o.chat.post(thread?.channel ?? cluster.channel, message, options);
  } catch (error) {
    if (!(error instanceof ChatError) || (error.trouble !== 'place' && error.trouble !== 'message-gone')) throw error;
    await o.chat.post(await o.chat.direct(cluster.by.user), message);
  }
}
