import type { KubeconfigService } from '../../engine/service/kubeconfigs/kubeconfig-service.ts';
import type { RecordValue } from '../../store/records.ts';
import { StaleVersion, type Store, type VersionedRecord } from '../../store/store.ts';
import type { Message } from '../messages/blocks.ts';
import { type KubeconfigEnd, renderKubeconfigEnd } from '../messages/index.ts';
import { type Chat, ChatError, type ChatErrorKind } from '../slack/chat.ts';

interface KubeconfigFilesOptions {
  readonly store: Store;
  readonly clusterService: Pick<KubeconfigService, 'withdrawKubeconfig'>;
  readonly chat: Pick<Chat, 'deleteFile' | 'findMessage' | 'postMessage'>;
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
  let isEnforced = true;
  if (end === 'undelivered' && grant) {
    isEnforced = await clusterService.withdrawKubeconfig(cluster, record.id.slice(cluster.length + 1));
    // Delivered in the meantime: the next call decides.
    if ((await store.read('kubeconfigGrant', record.id))?.value.deliveredAt) return;
  }
  let isVisible = grant?.deliveredAt !== undefined;
  let hasUndeletedFile = false;
  const missingFileIds: string[] = [];
  for (const file of fileIds) {
    try {
      // The last file of an unconfirmed delivery may have been shared.
      if ((await chat.deleteFile(file)) === 'deleted') isVisible = true;
      else missingFileIds.push(file);
    } catch (error) {
      if (!(error instanceof ChatError) || retriedKinds.includes(error.kind)) throw error;
      log({ kubeconfig: record.id, file, error }, 'Slack refuses to delete the file of a kubeconfig');
      hasUndeletedFile = true;
    }
  }
  if (channel !== undefined && isVisible)
    await notifyOwner(channel, renderKubeconfigEnd(cluster, end, { hasUndeletedFile }), record, deps);
  // Slack may complete the upload of an undelivered file late. A later call deletes it, and a binding that still exists.
  const mayAppear = end === 'undelivered' && missingFileIds.length > 0 && !isOverdue(record, now());
  if (mayAppear || !isEnforced)
    await store.write('kubeconfigFile', record.id, { ...claimed.value, fileIds: missingFileIds }, claimed.version);
  else await store.remove('kubeconfigFile', record.id, claimed.version);
}

function isOverdue({ value: { issuedAt } }: FileRecord, now: Date): boolean {
  return +now - Date.parse(issuedAt) > maxDeliveryMs;
}

/** Returns why a kubeconfig has ended, or undefined while it is valid or being delivered. */
async function findEnd(
  record: FileRecord,
  grant: Grant | undefined,
  { store, now }: KubeconfigFilesOptions,
): Promise<KubeconfigEnd | undefined> {
  const isUnconfirmed = grant?.deliveredAt === undefined && grant?.withdrawnAt === undefined;
  // Slack could complete the upload after the deletion, also of a revoked kubeconfig.
  if (isUnconfirmed && !isOverdue(record, now())) return undefined;
  if (!grant || grant.withdrawnAt !== undefined) return 'undelivered';
  if (grant.revoked) return 'revoked';
  const cluster = (await store.read('cluster', record.value.cluster))?.value;
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

/** Posts once, also after a crash. The owner may have left the workspace or blocked the app. */
async function notifyOwner(
  channel: string,
  message: Message,
  { id, value: { issuedAt, claimedUntil } }: FileRecord,
  { chat, log }: KubeconfigFilesOptions,
): Promise<void> {
  const metadata = { run: id, seq: 0 };
  try {
    const isRepeated = claimedUntil !== undefined;
    const posted = isRepeated && (await chat.findMessage(channel, metadata, { since: new Date(issuedAt) }));
    if (posted && posted !== 'cannot') return;
    await chat.postMessage(channel, message, { metadata });
  } catch (error) {
    if (!(error instanceof ChatError) || retriedKinds.includes(error.kind)) throw error;
    log({ kubeconfig: id, error }, 'posting that a kubeconfig has ended failed');
  }
}
