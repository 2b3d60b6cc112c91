/**
 * Series that support only Hyperdisk. Instances of the other series have Persistent Disks, which can't be attached to these.
 * https://cloud.google.com/compute/docs/disks/hyperdisks, nextflow-io/nextflow#6614, 2026-12-01
 */
const hyperdiskSeries: ReadonlySet<string> = new Set(['c4', 'c4a', 'c4d', 'n4', 'n4a', 'n4d']);

/** Why an instance can't change its machine type and keep its disk. Undefined: it can. */
export function findDiskProblem(currentType: string, newType: string): string | undefined {
  const current = getSeries(currentType);
  const next = getSeries(newType);
  if (hyperdiskSeries.has(current) === hyperdiskSeries.has(next)) return undefined;
  return `a resize keeps the disks, and ${next.toUpperCase()} instances can't use those of ${current.toUpperCase()}; choose a machine type of the ${current.toUpperCase()} series, or create another cluster`;
}

function getSeries(machineType: string): string {
  return machineType.split('-')[0] ?? '';
}
