import type { KubeApi } from '../kubernetes/kube-client.ts';
import { objectPath } from '../kubernetes/object-path.ts';
import { grantBinding, grantLabel } from '../render/rbac-manifest.ts';
import { deleteObject, getObject } from './kube-admin-client.ts';

/** Where the bindings of people's kubeconfigs differ from what is to be. */
export interface Access {
  /** Ids of grants that are to work and have no binding. */
  readonly unbound: readonly string[];
  /** Ids of grants that have a binding and are to work no more. */
  readonly left: readonly string[];
}

interface BindingList {
  readonly items: readonly { readonly metadata: { readonly labels?: Readonly<Record<string, string>> } }[];
}

/**
 * Compares bindings with the grants that are to work. A grant is written down before it is bound, so bindings are read
 * first: what was bound by then is known when the grants are read.
 * @throws KthwError
 */
export async function lookAtAccess(
  api: KubeApi,
  live: () => Promise<readonly string[]>,
  signal: AbortSignal,
): Promise<Access> {
  const path = `${objectPath(grantBinding('')).replace(/\/[^/]*$/, '')}?labelSelector=${grantLabel}`;
  const list = await getObject<BindingList>(api, path, signal);
  const bound = (list?.items ?? []).flatMap(({ metadata: { labels } }) => labels?.[grantLabel] ?? []);
  const wanted = await live();
  return {
    unbound: wanted.filter((grant) => !bound.includes(grant)),
    left: bound.filter((grant) => !wanted.includes(grant)),
  };
}

/** From now on the kubeconfig of this grant may administer the cluster. @throws KthwError */
export async function bind(api: KubeApi, grant: string, signal: AbortSignal): Promise<void> {
  const binding = grantBinding(grant);
  await api.apply(objectPath(binding), binding, signal);
}

/** From now on the kubeconfigs of these grants may do nothing. @throws KthwError */
export async function withdraw(api: KubeApi, grants: readonly string[], signal: AbortSignal): Promise<void> {
  await Promise.all(grants.map((grant) => deleteObject(api, objectPath(grantBinding(grant)), signal)));
}
