import type { ComputeApi } from './compute-api.ts';
import type { Disk, ListDeleteClient } from './compute-client.ts';
import { getOperation } from './google-resource-client.ts';
import { getLinkName } from './links.ts';
import { createLocationReader } from './location-reader.ts';

/** Lists and deletes the disks of a zone. Disks are created with their instances. */
export function createDiskClient(api: ComputeApi): ListDeleteClient<Disk> {
  const { project } = api;
  const readInLocation = createLocationReader(api);
  const getClient = api.createLazyClient(
    async () => (await import('@google-cloud/compute/build/src/v1/disks_client.js')).DisksClient,
  );
  return {
    async list(location, signal) {
      const all = await readInLocation('listing disks', location, signal, async (options) => {
        return (await (await getClient()).list({ project, zone: location.zone }, options))[0];
      });
      return (all ?? []).map((raw) => ({
        name: raw.name ?? '',
        zone: getLinkName(raw.zone),
        labels: raw.labels ?? {},
      }));
    },
    async delete({ name, zone }, { requestId, signal }) {
      const context = { doing: `deleting disk ${name}`, verb: 'delete', zone } as const;
      await api.change(context, { zone }, signal, async (options) => {
        return getOperation(await (await getClient()).delete({ project, zone, disk: name, requestId }, options));
      });
    },
  };
}
