import { getOwnershipLabels } from './resource-names.ts';

/** Whether a resource has all ownership labels of a cluster. */
export function hasOwnershipLabels(
  labels: Readonly<Record<string, string>> | undefined,
  cluster: { readonly name: string },
): boolean {
  return Object.entries(getOwnershipLabels(cluster)).every(([key, value]) => labels?.[key] === value);
}
