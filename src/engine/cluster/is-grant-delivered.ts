import type { RecordValue } from '../../store/records.ts';

/** Returns whether the user received the kubeconfig, as far as that was recorded. */
export function isGrantDelivered({ recordsDelivery, deliveredAt }: RecordValue<'kubeconfigGrant'>): boolean {
  return recordsDelivery === undefined || deliveredAt !== undefined;
}
