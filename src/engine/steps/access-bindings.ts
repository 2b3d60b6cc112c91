import type { KubeApi } from '../kubernetes/kube-client.ts';
import { getObjectPath } from '../kubernetes/object-path.ts';
import { buildGrantBinding, grantLabel } from '../render/rbac-objects.ts';
import { deleteObject, getObject } from './get-object.ts';

/** Differences between kubeconfig grants and their bindings in the cluster. */
export interface AccessBindingDiff {
  /** Ids of active grants without a binding. */
  readonly missing: readonly string[];
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
  listActiveGrantIds: () => Promise<readonly string[]>,
  signal: AbortSignal,
): Promise<AccessBindingDiff> {
  const path = `${getObjectPath(buildGrantBinding('')).replace(/\/[^/]*$/, '')}?labelSelector=${grantLabel}`;
  const list = await getObject<BindingList>(api, path, signal);
  const boundGrants = (list?.items ?? []).flatMap(({ metadata: { labels } }) => labels?.[grantLabel] ?? []);
  const desired = await listActiveGrantIds();
  return {
    missing: desired.filter((grant) => !boundGrants.includes(grant)),
    stale: boundGrants.filter((grant) => !desired.includes(grant)),
  };
}

/** Allows the kubeconfig of a grant to administer the cluster. @throws KthwError */
export async function createGrantBinding(api: KubeApi, grantId: string, signal: AbortSignal): Promise<void> {
  const binding = buildGrantBinding(grantId);
  await api.apply(getObjectPath(binding), binding, signal);
}

/** Revokes all permissions of the kubeconfigs of these grants. @throws KthwError */
export async function deleteGrantBindings(
  api: KubeApi,
  grantIds: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(grantIds.map((grant) => deleteObject(api, getObjectPath(buildGrantBinding(grant)), signal)));
}
