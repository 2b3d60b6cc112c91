import { z } from 'zod';
import { KthwError } from '../../cluster/errors.ts';
import type { KubeApi } from '../../kubernetes/kube-client.ts';
import { getObject } from '../../steps/get-object.ts';

/** Facts from the Kubernetes API that checks need. */
export interface ApiFacts {
  /** Role bindings and cluster role bindings. */
  readonly bindings: readonly RoleBinding[];
  /** Cluster roles with access to kubelets through the API server. */
  readonly nodeProxyRoles: readonly string[];
  readonly namespaces: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[];
  readonly networkPolicies: readonly { readonly name: string; readonly namespace: string }[];
}

export interface RoleBinding {
  readonly name: string;
  readonly role: string;
  readonly subjects: readonly { readonly kind: string; readonly name: string }[];
}

const nameSchema = z.object({ name: z.string(), namespace: z.string().default('') });
const rules = z.array(z.object({ resources: z.array(z.string()).nullish() })).nullish();
const schemas = {
  bindings: z.object({
    metadata: nameSchema,
    roleRef: z.object({ name: z.string() }),
    subjects: z.array(z.object({ kind: z.string(), name: z.string() })).nullish(),
  }),
  roles: z.object({ metadata: nameSchema, rules }),
  namespaces: z.object({
    metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
  }),
  namedObject: z.object({ metadata: nameSchema }),
};

const rbac = '/apis/rbac.authorization.k8s.io/v1';

/** Reads all facts concurrently. @throws KthwError */
export async function collectApiFacts(api: KubeApi, signal: AbortSignal): Promise<ApiFacts> {
  async function listObjects<T>(path: string, schema: z.ZodType<T>): Promise<T[]> {
    const response = await getObject<unknown>(api, path, signal);
    if (response === undefined) throw new KthwError('api-refused', { doing: `listing ${path}`, status: 404 });
    return z.object({ items: z.array(schema) }).parse(response).items;
  }
  const [clusterRoleBindings, roleBindings, roles, namespaces, policies] = await Promise.all([
    listObjects(`${rbac}/clusterrolebindings`, schemas.bindings),
    listObjects(`${rbac}/rolebindings`, schemas.bindings),
    listObjects(`${rbac}/clusterroles`, schemas.roles),
    listObjects('/api/v1/namespaces', schemas.namespaces),
    listObjects('/apis/networking.k8s.io/v1/networkpolicies', schemas.namedObject),
  ]);
  return {
    bindings: [...clusterRoleBindings, ...roleBindings].map(({ metadata, roleRef, subjects }) => ({
      name: metadata.name,
      role: roleRef.name,
      subjects: (subjects ?? []).map(({ kind, name }) => ({ kind, name })),
    })),
    nodeProxyRoles: roles.filter(({ rules }) => rules?.some(hasNodeProxy)).map(({ metadata }) => metadata.name),
    namespaces: namespaces.map(({ metadata }) => metadata),
    networkPolicies: policies.map(({ metadata }) => metadata),
  };
}

function hasNodeProxy({ resources }: { readonly resources?: readonly string[] | null | undefined }): boolean {
  return resources?.some((resource) => resource === 'nodes/proxy' || resource === 'nodes/*') ?? false;
}
