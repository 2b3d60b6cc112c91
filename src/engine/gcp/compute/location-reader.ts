import { KthwError } from '../../workflow/errors.ts';
import type { CallOptions, ComputeApi, Scope } from './compute-api.ts';
import { getLinkSegment } from './links.ts';

/**
 * Reads in a place. In one that does not exist there is nothing: Google calls such a place a wrong request, like any other,
 * so that it is looked for then.
 */
export function createLocationReader(api: ComputeApi) {
  const regions = api.createLazyClient(
    async () => (await import('@google-cloud/compute/build/src/v1/regions_client.js')).RegionsClient,
  );

  /** Without a region nothing is known of a zone: it is taken to be there. */
  async function hasLocation({ region, zone }: Scope, signal: AbortSignal): Promise<boolean> {
    if (region === undefined) return true;
    const found = await api.read(`looking at region ${region}`, signal, async (options) => {
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
