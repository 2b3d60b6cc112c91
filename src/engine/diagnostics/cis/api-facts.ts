import { z } from 'zod';
import type { KubeApi } from '../../kubernetes/kube-client.ts';
import { getObject } from '../../steps/kube-admin-client.ts';
import { KthwError } from '../../workflow/errors.ts';

/** What was read through the Kubernetes API, of what the items ask for. */
export interface ApiFacts {
  /** Of roles, in one namespace or in all. */
  readonly bindings: readonly Binding[];
  /** Cluster roles that name the way to kubelets through the API server. */
  readonly nodeProxyRoles: readonly string[];
  readonly namespaces: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[];
  readonly networkPolicies: readonly { readonly name: string; readonly namespace: string }[];
}

export interface Binding {
  readonly name: string;
  readonly role: string;
  readonly subjects: readonly { readonly kind: string; readonly name: string }[];
}

const name = z.object({ name: z.string(), namespace: z.string().default('') });
const rules = z.array(z.object({ resources: z.array(z.string()).nullish() })).nullish();
const shapes = {
  bindings: z.object({
    metadata: name,
    roleRef: z.object({ name: z.string() }),
    subjects: z.array(z.object({ kind: z.string(), name: z.string() })).nullish(),
  }),
  roles: z.object({ metadata: name, rules }),
  namespaces: z.object({
    metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
  }),
  named: z.object({ metadata: name }),
};

const rbac = '/apis/rbac.authorization.k8s.io/v1';

/** Reads, side by side; changes nothing. @throws KthwError */
export async function readApi(api: KubeApi, signal: AbortSignal): Promise<ApiFacts> {
  async function list<T>(path: string, shape: z.ZodType<T>): Promise<T[]> {
    const found = await getObject<unknown>(api, path, signal);
    if (found === undefined) throw new KthwError('api-refused', { doing: `listing ${path}`, status: 404 });
    return z.object({ items: z.array(shape) }).parse(found).items;
  }
  const [everywhere, inOne, roles, namespaces, policies] = await Promise.all([
    list(`${rbac}/clusterrolebindings`, shapes.bindings),
    list(`${rbac}/rolebindings`, shapes.bindings),
    list(`${rbac}/clusterroles`, shapes.roles),
    list('/api/v1/namespaces', shapes.namespaces),
    list('/apis/networking.k8s.io/v1/networkpolicies', shapes.named),
  ]);
  return {
    bindings: [...everywhere, ...inOne].map(({ metadata, roleRef, subjects }) => ({
      ...{ name: metadata.name, role: roleRef.name },
      subjects: (subjects ?? []).map(({ kind, name }) => ({ kind, name })),
    })),
    nodeProxyRoles: roles.filter(({ rules }) => rules?.some(namesNodeProxy)).map(({ metadata }) => metadata.name),
    namespaces: namespaces.map(({ metadata }) => metadata),
    networkPolicies: policies.map(({ metadata }) => metadata),
  };
}

function namesNodeProxy({ resources }: { readonly resources?: readonly string[] | null | undefined }): boolean {
  return resources?.some((one) => one === 'nodes/proxy' || one === 'nodes/*') ?? false;
}
