import type { KubeconfigService } from '../../engine/service/cluster-service.ts';
import type { RecordValue } from '../../store/records.ts';
import { StaleVersion, type Store, type VersionedRecord } from '../../store/store.ts';
import { type KubeconfigEnd, renderKubeconfigEnd } from '../messages/index.ts';
import { type Chat, ChatError, type ChatErrorKind } from '../slack/chat.ts';

interface KubeconfigFilesOptions {
  readonly store: Store;
  readonly clusterService: Pick<KubeconfigService, 'withdrawKubeconfig'>;
  readonly chat: Pick<Chat, 'deleteFile' | 'postMessage'>;
  readonly now: () => Date;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

type FileRecord = VersionedRecord<RecordValue<'kubeconfigFile'>>;
type Grant = RecordValue<'kubeconfigGrant'>;

/** Longer than the time in which uploads start, and the calls of the last one. */
const maxDeliveryMs = 10 * 60_000;
/** Longer than the calls of one deletion together. */
const claimMs = 50_000;
/** Errors after which a later attempt can succeed. */
const retriedKinds: readonly ChatErrorKind[] = ['rate-limited', 'unknown-outcome', 'auth'];

/**
 * Deletes the files of all kubeconfigs that have ended, once, and tells their owners. Withdraws kubeconfigs whose delivery a
 * crash interrupted. The record of a file stays until Slack has deleted it, so the next call retries what failed. When
 * several processes call it at the same time, each file is deleted by one of them.
 */
export async function deleteKubeconfigFiles(deps: KubeconfigFilesOptions): Promise<void> {
  for (const record of await deps.store.list('kubeconfigFile')) {
    await processRecord(record, deps).catch((error: unknown) =>
      deps.log({ kubeconfig: record.id, error }, 'deleting the files of a kubeconfig failed'),
    );
  }
}

async function processRecord(record: FileRecord, deps: KubeconfigFilesOptions): Promise<void> {
  const { store, chat, clusterService, now, log } = deps;
  const { cluster, fileIds, channel, claimedUntil } = record.value;
  if (claimedUntil !== undefined && new Date(claimedUntil) > now()) return;
  const grant = (await store.read('kubeconfigGrant', record.id))?.value;
  const end = await findEnd(record, grant, deps);
  if (!end) return;
  const claimed = await claimRecord(record, deps);
  if (!claimed) return;
  if (end === 'undelivered' && grant) {
    const isEnforced = await clusterService.withdrawKubeconfig(cluster, record.id.slice(cluster.length + 1));
    // Delivered in the meantime, or its binding still exists: the next call decides.
    const current = (await store.read('kubeconfigGrant', record.id))?.value;
    if (!isEnforced || current?.deliveredAt) return;
  }
  let deletedCount = 0;
  let hasUndeletedFile = false;
  for (const file of fileIds) {
    try {
      if ((await chat.deleteFile(file)) === 'deleted') deletedCount++;
    } catch (error) {
      if (!(error instanceof ChatError) || retriedKinds.includes(error.kind)) throw error;
      log({ kubeconfig: record.id, file, error }, 'Slack refuses to delete the file of a kubeconfig');
      hasUndeletedFile = true;
    }
  }
  // The last file of an unconfirmed delivery may have been shared.
  const isVisible = grant?.deliveredAt !== undefined || deletedCount > 0;
  if (channel !== undefined && isVisible)
    await notifyOwner(channel, renderKubeconfigEnd(cluster, end, { hasUndeletedFile }), record, deps);
  await store.remove('kubeconfigFile', record.id, claimed.version);
}

/** Returns why a kubeconfig has ended, or undefined while it is valid or being delivered. */
async function findEnd(
  { value: { cluster: name, issuedAt } }: FileRecord,
  grant: Grant | undefined,
  { store, now }: KubeconfigFilesOptions,
): Promise<KubeconfigEnd | undefined> {
  const isOverdue = +now() - Date.parse(issuedAt) > maxDeliveryMs;
  const isInDelivery = grant?.deliveredAt === undefined && grant?.withdrawnAt === undefined && !isOverdue;
  // Slack could complete the upload after the deletion, also of a revoked kubeconfig.
  if (isInDelivery) return undefined;
  if (!grant || grant.withdrawnAt !== undefined) return 'undelivered';
  if (grant.revoked) return 'revoked';
  const cluster = (await store.read('cluster', name))?.value;
  const isClusterDeleted = !cluster || cluster.settledState === 'deleted' || cluster.createdAt > grant.issuedAt;
  if (isClusterDeleted) return 'cluster-deleted';
  if (new Date(grant.expiresAt) <= now()) return 'expired';
  return grant.deliveredAt === undefined ? 'undelivered' : undefined;
}

/** @returns undefined when another process claimed the record first */
async function claimRecord(
  { id, value, version }: FileRecord,
  { store, now }: KubeconfigFilesOptions,
): Promise<FileRecord | undefined> {
  const claimed = { ...value, claimedUntil: new Date(+now() + claimMs).toISOString() };
  try {
    return { id, value: claimed, version: await store.write('kubeconfigFile', id, claimed, version) };
  } catch (error) {
    if (error instanceof StaleVersion) return undefined;
    throw error;
  }
}

/** The owner may have left the workspace or blocked the app. */
async function notifyOwner(
  channel: string,
  message: ReturnType<typeof renderKubeconfigEnd>,
  { id }: FileRecord,
  { chat, log }: KubeconfigFilesOptions,
): Promise<void> {
  try {
    await chat.postMessage(channel, message);
  } catch (error) {
    if (!(error instanceof ChatError) || retriedKinds.includes(error.kind)) throw error;
    log({ kubeconfig: id, error }, 'posting that a kubeconfig has ended failed');
  }
}
