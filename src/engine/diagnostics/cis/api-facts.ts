import { z } from 'zod';
import { KthwError } from '../../cluster/errors.ts';
import type { KubeApi } from '../../kubernetes/kube-client.ts';
import { getObject } from '../../steps/get-object.ts';

/** Facts from the Kubernetes API that checks need. */
export interface ApiFacts {
  /** Role bindings and cluster role bindings. */
  readonly bindings: readonly RoleBinding[];
  /** Roles and cluster roles with a rule whose API groups, resources, verbs or URLs are `*`. */
  readonly wildcardRoles: readonly { readonly name: string; readonly isBuiltIn: boolean }[];
  /** The service account `default` of each namespace. */
  readonly defaultAccounts: readonly { readonly namespace: string; readonly mountsToken: boolean }[];
  /** Cluster roles with access to kubelets through the API server. */
  readonly nodeProxyRoles: readonly string[];
  readonly namespaces: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[];
  readonly networkPolicies: readonly { readonly name: string; readonly namespace: string }[];
}

export interface RoleBinding {
  readonly name: string;
  /** Empty for a cluster role binding. */
  readonly namespace: string;
  readonly role: string;
  /** A service account has a namespace. */
  readonly subjects: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
}

const nameSchema = z.object({ name: z.string(), namespace: z.string().default('') });
const names = z.array(z.string()).nullish();
const rules = z
  .array(z.object({ apiGroups: names, resources: names, verbs: names, resourceNames: names, nonResourceURLs: names }))
  .nullish();
const schemas = {
  bindings: z.object({
    metadata: nameSchema,
    roleRef: z.object({ name: z.string() }),
    subjects: z.array(z.object({ kind: z.string(), name: z.string(), namespace: z.string().optional() })).nullish(),
  }),
  roles: z.object({ metadata: nameSchema.extend({ labels: z.record(z.string(), z.string()).default({}) }), rules }),
  accounts: z.object({ metadata: nameSchema, automountServiceAccountToken: z.boolean().default(true) }),
  namespaces: z.object({
    metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
  }),
  namedObject: z.object({ metadata: nameSchema }),
};

/** Label of Kubernetes' own roles. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings */
const bootstrapLabel = 'kubernetes.io/bootstrapping';
const rbac = '/apis/rbac.authorization.k8s.io/v1';

/** Reads all facts concurrently. @throws KthwError */
export async function collectApiFacts(api: KubeApi, signal: AbortSignal): Promise<ApiFacts> {
  async function listObjects<T>(path: string, schema: z.ZodType<T>): Promise<T[]> {
    const response = await getObject<unknown>(api, path, signal);
    if (response === undefined) throw new KthwError('api-refused', { doing: `listing ${path}`, status: 404 });
    return z.object({ items: z.array(schema) }).parse(response).items;
  }
  const [clusterRoleBindings, roleBindings, clusterRoles, roles, accounts, namespaces, policies] = await Promise.all([
    listObjects(`${rbac}/clusterrolebindings`, schemas.bindings),
    listObjects(`${rbac}/rolebindings`, schemas.bindings),
    listObjects(`${rbac}/clusterroles`, schemas.roles),
    listObjects(`${rbac}/roles`, schemas.roles),
    listObjects('/api/v1/serviceaccounts?fieldSelector=metadata.name%3Ddefault', schemas.accounts),
    listObjects('/api/v1/namespaces', schemas.namespaces),
    listObjects('/apis/networking.k8s.io/v1/networkpolicies', schemas.namedObject),
  ]);
  return {
    bindings: [...clusterRoleBindings, ...roleBindings].map(({ metadata, roleRef, subjects }) => ({
      name: metadata.name,
      namespace: metadata.namespace,
      role: roleRef.name,
      subjects: (subjects ?? []).map(({ kind, name, namespace }) => ({ kind, name, ...(namespace && { namespace }) })),
    })),
    wildcardRoles: [...clusterRoles, ...roles]
      .filter(({ rules }) => rules?.some(hasWildcard))
      .map(({ metadata: { name, labels } }) => ({ name, isBuiltIn: labels[bootstrapLabel] === 'rbac-defaults' })),
    defaultAccounts: accounts.map(({ metadata: { namespace }, automountServiceAccountToken: mountsToken }) => ({
      namespace,
      mountsToken,
    })),
    nodeProxyRoles: clusterRoles.filter(({ rules }) => rules?.some(hasNodeProxy)).map(({ metadata }) => metadata.name),
    namespaces: namespaces.map(({ metadata }) => metadata),
    networkPolicies: policies.map(({ metadata }) => metadata),
  };
}

/** As kube-bench's check 5.1.3: a list whose only element is `*`. */
function hasWildcard(rule: Readonly<Record<string, readonly string[] | null | undefined>>): boolean {
  return Object.values(rule).some((list) => list?.length === 1 && list[0] === '*');
}

function hasNodeProxy({ resources }: { readonly resources?: readonly string[] | null | undefined }): boolean {
  return resources?.some((resource) => resource === 'nodes/proxy' || resource === 'nodes/*') ?? false;
}
