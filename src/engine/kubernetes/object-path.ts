/** A Kubernetes object as far as its place needs it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

const pluralByKind: Readonly<Record<string, string>> = {
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  ConfigMap: 'configmaps',
  Deployment: 'deployments',
  Namespace: 'namespaces',
  Secret: 'secrets',
  Service: 'services',
  ServiceAccount: 'serviceaccounts',
};

/**
 * Where the API server has an object. Pure.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
 * @throws Error for a kind that we never make
 */
export function getObjectPath({ apiVersion, kind, metadata }: KubeObject): string {
  const plural = pluralByKind[kind];
  if (!plural) throw new Error(`no path is known for objects of kind "${kind}"`);
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = metadata.namespace ? `/namespaces/${metadata.namespace}` : '';
  return `${root}${scope}/${plural}/${metadata.name}`;
}
