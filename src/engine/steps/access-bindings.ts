import type { KubeconfigRole } from '../../store/kubeconfig-role.ts';
import type { KubeApi } from '../kubernetes/kube-client.ts';
import { getObjectPath } from '../kubernetes/object-path.ts';
import { buildGrantBinding, grantLabel } from '../render/rbac-objects.ts';
import { deleteObject, getObject } from './get-object.ts';

/** An active kubeconfig grant, as far as its binding depends on it. */
export interface BoundGrant {
  readonly id: string;
  readonly role: KubeconfigRole;
}

/** Differences between kubeconfig grants and their bindings in the cluster. */
export interface AccessBindingDiff {
  /** Active grants without a binding. */
  readonly missing: readonly BoundGrant[];
  /** Ids of bound grants that are expired or revoked. */
  readonly stale: readonly string[];
}

interface BindingList {
  readonly items: readonly { readonly metadata: { readonly labels?: Readonly<Record<string, string>> } }[];
}

/**
 * Compares bindings with active grants. Bindings are read first: a grant is stored before it is bound, so every bound grant
 * is known when the grants are read.
 * @throws KthwError
 */
export async function diffAccessBindings(
  api: KubeApi,
  listActiveGrants: () => Promise<readonly BoundGrant[]>,
  signal: AbortSignal,
): Promise<AccessBindingDiff> {
  const path = `${getObjectPath(buildGrantBinding('', 'view')).replace(/\/[^/]*$/, '')}?labelSelector=${grantLabel}`;
  const list = await getObject<BindingList>(api, path, signal);
  const boundGrants = (list?.items ?? []).flatMap(({ metadata: { labels } }) => labels?.[grantLabel] ?? []);
  const desired = await listActiveGrants();
  return {
    missing: desired.filter(({ id }) => !boundGrants.includes(id)),
    stale: boundGrants.filter((grant) => !desired.some(({ id }) => id === grant)),
  };
}

/** Gives the kubeconfig of a grant its role in the cluster. @throws KthwError */
export async function createGrantBinding(api: KubeApi, { id, role }: BoundGrant, signal: AbortSignal): Promise<void> {
  const binding = buildGrantBinding(id, role);
  await api.apply(getObjectPath(binding), binding, signal);
}

/** Revokes all permissions of the kubeconfigs of these grants. @throws KthwError */
export async function deleteGrantBindings(
  api: KubeApi,
  grantIds: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    grantIds.map((grant) => deleteObject(api, getObjectPath(buildGrantBinding(grant, 'view')), signal)),
  );
}
