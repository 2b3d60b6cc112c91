/** `controller-0` for `demo-controller-0`. */
export function stripClusterPrefix(instanceName: string, cluster: string): string {
  return instanceName.startsWith(`${cluster}-`) ? instanceName.slice(cluster.length + 1) : instanceName;
}
