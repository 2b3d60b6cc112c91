import type { ComputeApi } from './compute-api.ts';
import type { ComputeClient, GlobalResource, MachineType, Quota } from './compute-client.ts';
import { getLinkName, getLinkSegment } from './links.ts';

interface RawMachineType {
  readonly guestCpus?: number | null;
  readonly memoryMb?: number | null;
  readonly isSharedCpu?: boolean | null;
  readonly architecture?: string | null;
}

/** Looks up machine types, quotas, regions and zones available to the project. */
export function createLookupClient(
  api: ComputeApi,
): Pick<
  ComputeClient,
  'getMachineType' | 'listMachineTypes' | 'listProjectQuotas' | 'listQuotas' | 'listRegions' | 'listZones'
> {
  const { project } = api;
  const regions = api.createLazyClient(
    async () => (await import('@google-cloud/compute/build/src/v1/regions_client.js')).RegionsClient,
  );
  const projects = api.createLazyClient(
    async () => (await import('@google-cloud/compute/build/src/v1/projects_client.js')).ProjectsClient,
  );
  const machineTypes = api.createLazyClient(
    async () => (await import('@google-cloud/compute/build/src/v1/machine_types_client.js')).MachineTypesClient,
  );

  function getRegion(region: string, signal: AbortSignal) {
    return api.read(`reading region ${region}`, signal, async (options) => {
      return (await (await regions()).get({ project, region }, options))[0];
    });
  }
  return {
    async getMachineType({ name, zone }, signal) {
      const found = await api.read(`reading machine type ${name} in ${zone}`, signal, async (options) => {
        return (await (await machineTypes()).get({ project, zone, machineType: name }, options))[0];
      });
      return found && toMachineType(found);
    },
    async listMachineTypes(zone, signal) {
      const found = await api.read(`listing machine types of ${zone}`, signal, async (options) => {
        return (await (await machineTypes()).list({ project, zone }, options))[0];
      });
      return (found ?? [])
        .filter(({ deprecated }) => !deprecated)
        .map((one) => ({ name: one.name ?? '', ...toMachineType(one) }))
        .sort(compareByName);
    },
    async listQuotas(region, signal) {
      const found = await getRegion(region, signal);
      return found?.quotas?.map(toQuota);
    },
    async listProjectQuotas(signal) {
      const found = await api.read(`reading project ${project}`, signal, async (options) => {
        return (await (await projects()).get({ project }, options))[0];
      });
      return found?.quotas?.map(toQuota) ?? [];
    },
    async listZones(region, signal) {
      const found = await getRegion(region, signal);
      return found && getZoneNames(found);
    },
    async listRegions(signal) {
      const found = await api.read('listing regions', signal, async (options) => {
        return (await (await regions()).list({ project }, options))[0];
      });
      return (found ?? []).map((one) => ({ name: one.name ?? '', zones: getZoneNames(one) })).sort(compareByName);
    },
  };
}

interface RawQuota {
  readonly metric?: unknown;
  readonly limit?: number | null;
  readonly usage?: number | null;
}

function toQuota({ metric, limit, usage }: RawQuota): Quota {
  return { metric: String(metric ?? ''), limit: limit ?? 0, usage: usage ?? 0 };
}

function toMachineType({ guestCpus, memoryMb, isSharedCpu, architecture }: RawMachineType): MachineType {
  return {
    cpus: guestCpus ?? 0,
    memoryMb: memoryMb ?? 0,
    sharedCpu: isSharedCpu ?? false,
    ...(architecture ? { architecture } : {}),
  };
}

function getZoneNames({ zones }: { readonly zones?: readonly string[] | null }): string[] {
  return (zones ?? []).map((link) => getLinkSegment(link, 'zones') || getLinkName(link)).sort();
}

function compareByName(a: GlobalResource, b: GlobalResource): number {
  return a.name < b.name ? -1 : 1;
}
