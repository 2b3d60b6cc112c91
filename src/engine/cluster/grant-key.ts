/** Builds the record id of a grant: `CLUSTER.ID`. */
export function buildGrantKey(cluster: string, id: string): string {
  return `${cluster}.${id}`;
}
