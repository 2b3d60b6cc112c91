const project = '/compute/v1/projects/kthw-local';
const collections = [
  'zones/us-west1-c/instances',
  'zones/us-west1-c/disks',
  'regions/us-west1/subnetworks',
  'regions/us-west1/addresses',
  'regions/us-west1/forwardingRules',
  'regions/us-west1/targetPools',
  'global/routes',
  'global/firewalls',
  'global/networks',
  'global/httpHealthChecks',
] as const;

/** Lists all resource names of a project by collection with plain API requests, independent of the code under test. */
export async function computeResources(cloudUrl: string): Promise<Record<(typeof collections)[number], string[]>> {
  const found = collections.map(async (collection) => {
    const response = await fetch(`${cloudUrl}${project}/${collection}`);
    if (!response.ok) throw new Error(`listing ${collection}: ${response.status}`);
    const { items = [] } = (await response.json()) as { items?: { name: string }[] };
    return [collection, items.map(({ name }) => name).sort()] as const;
  });
  return Object.fromEntries(await Promise.all(found)) as Record<(typeof collections)[number], string[]>;
}
