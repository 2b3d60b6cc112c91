import type { Api } from './api.ts';
import type { Cloud } from './cloud.ts';
import { nameIn, partOf } from './links.ts';

/** What a project may use: machine types, quotas, zones. */
export function lookups(api: Api): Pick<Cloud, 'machineType' | 'quotas' | 'zones'> {
  const { project } = api;
  const regions = api.client(
    async () => (await import('@google-cloud/compute/build/src/v1/regions_client.js')).RegionsClient,
  );
  const machineTypes = api.client(
    async () => (await import('@google-cloud/compute/build/src/v1/machine_types_client.js')).MachineTypesClient,
  );

  function regionOf(region: string, signal: AbortSignal) {
    return api.read(`looking at region ${region}`, signal, async (options) => {
      return (await (await regions()).get({ project, region }, options))[0];
    });
  }
  return {
    async machineType({ name, zone }, signal) {
      const found = await api.read(`looking at machine type ${name} in ${zone}`, signal, async (options) => {
        return (await (await machineTypes()).get({ project, zone, machineType: name }, options))[0];
      });
      if (!found) return undefined;
      return { cpus: found.guestCpus ?? 0, memoryMb: found.memoryMb ?? 0, sharedCpu: found.isSharedCpu ?? false };
    },
    async quotas(region, signal) {
      const found = await regionOf(region, signal);
      return found?.quotas?.map(({ metric, limit, usage }) => ({
        metric: String(metric ?? ''),
        limit: limit ?? 0,
        usage: usage ?? 0,
      }));
    },
    async zones(region, signal) {
      const found = await regionOf(region, signal);
      return found && (found.zones ?? []).map((link) => partOf(link, 'zones') || nameIn(link)).sort();
    },
  };
}
