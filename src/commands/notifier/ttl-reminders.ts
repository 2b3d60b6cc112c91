import type { ClusterService } from '../../engine/service/cluster-service.ts';
import type { ClusterRecord, RecordValue } from '../../store/records.ts';
import { StaleVersion, type Store, type VersionedRecord } from '../../store/store.ts';
import { deleteButton } from '../delete.ts';
import { extendButton } from '../interactions/extend-button.ts';
import { renderExpiryReminder } from '../messages/index.ts';
import { type Chat, ChatError } from '../slack/chat.ts';
import { type ExpiryAction, getDeletionTime, getDueAction } from './expiry-action.ts';

interface TtlRemindersOptions {
  readonly store: Store;
  readonly clusterService: Pick<ClusterService, 'deleteCluster'>;
  readonly chat: Pick<Chat, 'postMessage' | 'openDm'>;
  readonly now: () => Date;
  readonly expiryAction: ExpiryAction;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

/**
 * Checks all clusters with a TTL once, and sends reminders or deletes expired clusters. When several processes run it
 * at the same time, each action is done by one of them.
 */
export async function sendTtlReminders(deps: TtlRemindersOptions): Promise<void> {
  for (const { id, value } of await deps.store.listActiveClusters()) {
    if (value.expiresAt === undefined) continue;
    await processCluster(id, value, value.expiresAt, deps).catch((error: unknown) =>
      deps.log({ cluster: id, error }, 'sending TTL reminders failed'),
    );
  }
}

async function processCluster(
  name: string,
  cluster: ClusterRecord,
  expiresAt: string,
  deps: TtlRemindersOptions,
): Promise<void> {
  const { store, clusterService, now } = deps;
  const record = await store.read('ttlReminder', name);
  const dueAction = getDueAction(cluster, record?.value, now(), deps.expiryAction);
  if (!dueAction) return;
  const activeRun = cluster.activeRun === undefined ? undefined : (await store.read('run', cluster.activeRun))?.value;
  if (activeRun?.operation === 'delete') return;
  const at = now().toISOString();
  const previous = record?.value.expiresAt === expiresAt ? record.value : undefined;
  if (dueAction === 'delete') {
    if (!(await claimReminder(name, record, { ...previous, expiresAt, claimedAt: at, deletedAt: at }, deps))) return;
    // The TTL may have been extended since.
    if ((await store.read('cluster', name))?.value.expiresAt !== expiresAt) return;
    const result = await clusterService.deleteCluster(name, cluster.createdBy, cluster.channel, {
      stops: cluster.activeRun,
    });
    deps.log({ cluster: name, result }, 'deleting an expired cluster');
    return;
  }
  const firstSentAt = previous?.firstSentAt ?? at;
  const deletedAt = previous?.deletedAt ? { deletedAt: previous.deletedAt } : {};
  const claimed = await claimReminder(name, record, { expiresAt, claimedAt: at, ...deletedAt }, deps);
  if (!claimed) return;
  const willDelete = deps.expiryAction === 'delete' && !previous?.deletedAt;
  const deletion = willDelete ? { deletesAt: getDeletionTime(new Date(expiresAt), new Date(firstSentAt)) } : {};
  await postReminder(name, cluster, { expiresAt: new Date(expiresAt), ...deletion }, deps);
  await claimReminder(name, claimed, { ...claimed.value, firstSentAt, sentAt: at }, deps);
}

/** @returns undefined when another process claimed the reminder first */
async function claimReminder(
  name: string,
  record: VersionedRecord<RecordValue<'ttlReminder'>> | undefined,
  value: RecordValue<'ttlReminder'>,
  { store }: TtlRemindersOptions,
): Promise<VersionedRecord<RecordValue<'ttlReminder'>> | undefined> {
  try {
    return { id: name, value, version: await store.write('ttlReminder', name, value, record?.version) };
  } catch (error) {
    if (error instanceof StaleVersion) return undefined;
    throw error;
  }
}

/** Posts in the thread of the latest run, or else to the cluster's creator. */
async function postReminder(
  name: string,
  cluster: ClusterRecord,
  times: { readonly expiresAt: Date; readonly deletesAt?: Date },
  deps: TtlRemindersOptions,
): Promise<void> {
  const ids = { extend: extendButton.id, delete: deleteButton.id };
  const message = renderExpiryReminder(
    { cluster: name, run: cluster.runs.at(-1) ?? '' },
    cluster.createdBy,
    { ...times, now: deps.now() },
    ids,
  );
  const thread = (await deps.store.read('slackThread', cluster.runs.at(-1) ?? ''))?.value;
  try {
    const options = thread?.ts === undefined ? {} : { thread: thread.ts };
    await deps.chat.postMessage(thread?.channel ?? cluster.channel, message, options);
  } catch (error) {
    if (!(error instanceof ChatError) || (error.kind !== 'channel-unavailable' && error.kind !== 'message-not-found'))
      throw error;
    await deps.chat.postMessage(await deps.chat.openDm(cluster.createdBy.user), message);
  }
}
