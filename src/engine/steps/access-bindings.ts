import type { KubeApi } from '../kubernetes/kube-client.ts';
import { getObjectPath } from '../kubernetes/object-path.ts';
import { buildGrantBinding, grantLabel } from '../render/rbac-objects.ts';
import { deleteObject, getObject } from './get-object.ts';

/** Where the bindings of people's kubeconfigs differ from what is to be. */
export interface AccessBindingDiff {
  /** Ids of grants that are to work and have no binding. */
  readonly missing: readonly string[];
  /** Ids of grants that have a binding and are to work no more. */
  readonly stale: readonly string[];
}

interface BindingList {
  readonly items: readonly { readonly metadata: { readonly labels?: Readonly<Record<string, string>> } }[];
}

/**
 * Compares bindings with the grants that are to work. A grant is written down before it is bound, so bindings are read
 * first: what was bound by then is known when the grants are read.
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

/** From now on the kubeconfig of this grant may administer the cluster. @throws KthwError */
export async function createGrantBinding(api: KubeApi, grantId: string, signal: AbortSignal): Promise<void> {
  const binding = buildGrantBinding(grantId);
  await api.apply(getObjectPath(binding), binding, signal);
}

/** From now on the kubeconfigs of these grants may do nothing. @throws KthwError */
export async function deleteGrantBindings(
  api: KubeApi,
  grantIds: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(grantIds.map((grant) => deleteObject(api, getObjectPath(buildGrantBinding(grant)), signal)));
}
