import type { Api } from './compute-api.ts';
import type { Cloud, Global, MachineType } from './compute-client.ts';
import { nameIn, partOf } from './links.ts';

interface Size {
  readonly guestCpus?: number | null;
  readonly memoryMb?: number | null;
  readonly isSharedCpu?: boolean | null;
}

/** What a project may use: machine types, quotas, regions and zones. */
export function lookups(api: Api): Pick<Cloud, 'machineType' | 'machineTypes' | 'quotas' | 'regions' | 'zones'> {
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
      return found && sizeOf(found);
    },
    async machineTypes(zone, signal) {
      const found = await api.read(`listing the machine types of ${zone}`, signal, async (options) => {
        return (await (await machineTypes()).list({ project, zone }, options))[0];
      });
      return (found ?? [])
        .filter(({ deprecated }) => !deprecated)
        .map((one) => ({ name: one.name ?? '', ...sizeOf(one) }))
        .sort(byName);
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
      return found && zonesOf(found);
    },
    async regions(signal) {
      const found = await api.read('listing the regions', signal, async (options) => {
        return (await (await regions()).list({ project }, options))[0];
      });
      return (found ?? []).map((one) => ({ name: one.name ?? '', zones: zonesOf(one) })).sort(byName);
    },
  };
}

function sizeOf({ guestCpus, memoryMb, isSharedCpu }: Size): MachineType {
  return { cpus: guestCpus ?? 0, memoryMb: memoryMb ?? 0, sharedCpu: isSharedCpu ?? false };
}

function zonesOf({ zones }: { readonly zones?: readonly string[] | null }): string[] {
  return (zones ?? []).map((link) => partOf(link, 'zones') || nameIn(link)).sort();
}

function byName(a: Global, b: Global): number {
  return a.name < b.name ? -1 : 1;
}
