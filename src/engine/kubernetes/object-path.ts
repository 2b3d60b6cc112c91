/** Kubernetes object with the fields that its path needs. */
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
 * Returns the API path of an object. Pure.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
 * @throws Error for an unsupported kind
 */
export function getObjectPath({ apiVersion, kind, metadata }: KubeObject): string {
  const plural = Object.hasOwn(pluralByKind, kind) ? pluralByKind[kind] : undefined;
  if (!plural) throw new Error(`unsupported object kind "${kind}"`);
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = metadata.namespace ? `/namespaces/${metadata.namespace}` : '';
  return `${root}${scope}/${plural}/${metadata.name}`;
}
