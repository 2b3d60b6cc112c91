import type { ClusterRecord, RecordValue } from '../../../store/records.ts';
import type { Store } from '../../../store/store.ts';
import { updateRecord } from '../../../store/update-record.ts';
import { KthwError } from '../../cluster/errors.ts';
import { buildGrantKey } from '../../cluster/grant-key.ts';
import type { KubeconfigService } from './kubeconfig-service.ts';
import { listActiveGrants } from './list-grants.ts';

interface DeliveryDeps {
  readonly store: Store;
  readonly now: () => Date;
  removeRevokedBindings(record: ClusterRecord): Promise<void>;
}

/** An upload that starts later could complete after its files were deleted as undelivered. */
const maxUploadStartMs = 8 * 60_000;

/** Stores a grant, and the record of its files first: a grant without one would outlive a crash before its delivery. */
export async function recordGrant(store: Store, grantId: string, grant: RecordValue<'kubeconfigGrant'>): Promise<void> {
  const { cluster, issuedAt } = grant;
  const key = buildGrantKey(cluster, grantId);
  await store.write('kubeconfigFile', key, { cluster, issuedAt, fileIds: [] }, undefined);
  await store.write('kubeconfigGrant', key, { ...grant, recordsDelivery: true }, undefined);
}

/** Follows a kubeconfig from its issue to the person's DM. */
export function createKubeconfigDelivery({
  store,
  now,
  removeRevokedBindings,
}: DeliveryDeps): Pick<KubeconfigService, 'recordKubeconfigFile' | 'confirmKubeconfig' | 'withdrawKubeconfig'> {
  async function isActive(name: string, grantId: string): Promise<boolean> {
    return (await listActiveGrants(store, name, now())).some(({ id }) => id === grantId);
  }

  return {
    async recordKubeconfigFile(name, grantId, { id, channel }) {
      if (!(await isActive(name, grantId))) return false;
      return await updateRecord(store, 'kubeconfigFile', buildGrantKey(name, grantId), (value) =>
        +now() - Date.parse(value.issuedAt) > maxUploadStartMs
          ? undefined
          : { ...value, channel, fileIds: [...value.fileIds, id] },
      );
    },
    async confirmKubeconfig(name, grantId) {
      const deliveredAt = now().toISOString();
      const isUpdated = await updateRecord(store, 'kubeconfigGrant', buildGrantKey(name, grantId), (value) =>
        value.withdrawnAt ? undefined : { ...value, deliveredAt },
      );
      return isUpdated && (await isActive(name, grantId));
    },
    async withdrawKubeconfig(name, grantId) {
      const withdrawnAt = now().toISOString();
      await updateRecord(store, 'kubeconfigGrant', buildGrantKey(name, grantId), (value) =>
        value.withdrawnAt || value.deliveredAt ? undefined : { ...value, withdrawnAt },
      );
      const cluster = (await store.read('cluster', name))?.value;
      if (!cluster || cluster.settledState === 'deleted') return true;
      try {
        await removeRevokedBindings(cluster);
        return true;
      } catch (error) {
        if (!(error instanceof KthwError)) throw error;
        return false;
      }
    },
  };
}
