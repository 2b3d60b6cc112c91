import { KthwError } from '../../cluster/errors.ts';
import type { CallOptions, ComputeApi, Scope } from './compute-api.ts';
import { getLinkSegment } from './links.ts';

/**
 * Creates a reader of zonal and regional resources that returns undefined if the location does not exist. The API answers
 * such reads with `invalid`, as for any malformed request, so the location is looked up afterwards.
 */
export function createLocationReader(api: ComputeApi) {
  const regions = api.createLazyClient(
    async () => (await import('@google-cloud/compute/build/src/v1/regions_client.js')).RegionsClient,
  );

  /** Assumes that a location without a region exists. */
  async function hasLocation({ region, zone }: Scope, signal: AbortSignal): Promise<boolean> {
    if (region === undefined) return true;
    const found = await api.read(`reading region ${region}`, signal, async (options) => {
      return (await (await regions()).get({ project: api.project, region }, options))[0];
    });
    if (!found) return false;
    return zone === undefined || (found.zones ?? []).some((link) => getLinkSegment(link, 'zones') === zone);
  }

  return async <T>(doing: string, location: Scope, signal: AbortSignal, call: (options: CallOptions) => Promise<T>) => {
    try {
      return await api.read(doing, signal, call);
    } catch (error) {
      const isInvalid = error instanceof KthwError && error.code === 'cloud-invalid';
      if (isInvalid && !(await hasLocation(location, signal))) return undefined;
      throw error;
    }
  };
}
