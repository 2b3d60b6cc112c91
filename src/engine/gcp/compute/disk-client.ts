import type { Api } from './compute-api.ts';
import type { Disk, Listed } from './compute-client.ts';
import { nameIn } from './links.ts';
import { readingIn } from './location-reader.ts';
import { startedOperation } from './resource-client.ts';

/** Disks of a zone. They are made with machines and go with them. */
export function disks(api: Api): Listed<Disk> {
  const { project } = api;
  const read = readingIn(api);
  const client = api.client(
    async () => (await import('@google-cloud/compute/build/src/v1/disks_client.js')).DisksClient,
  );
  return {
    async list(where, signal) {
      const all = await read('listing every disk', where, signal, async (options) => {
        return (await (await client()).list({ project, zone: where.zone }, options))[0];
      });
      return (all ?? []).map((raw) => ({ name: raw.name ?? '', zone: nameIn(raw.zone), labels: raw.labels ?? {} }));
    },
    async delete({ name, zone }, { request, signal }) {
      const context = { doing: `deleting disk ${name}`, verb: 'delete', zone } as const;
      await api.change(context, { zone }, signal, async (options) => {
        return startedOperation(
          await (await client()).delete({ project, zone, disk: name, requestId: request }, options),
        );
      });
    },
  };
}
