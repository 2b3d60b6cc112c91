import type { GlobalResource, RegionalResource, ZonalResource } from './compute-client.ts';

type LinkTarget = GlobalResource & Partial<RegionalResource> & Partial<ZonalResource>;

/** A resource as the API's requests name it: `projects/P/zones/Z/instances/I`. A zone says more than a region. */
export function buildLink(project: string, collection: string, { name, zone, region }: LinkTarget): string {
  return `projects/${project}/${formatScope({ zone, region })}/${collection}/${name}`;
}

/** The name at the end of a link; empty for no link. */
export function getLinkName(link: string | null | undefined): string {
  return link?.split('/').at(-1) ?? '';
}

/** The value after a word of a link: `zones` gives the zone. */
export function getLinkSegment(link: string | null | undefined, segmentName: 'zones' | 'regions'): string {
  const parts = link?.split('/') ?? [];
  const index = parts.indexOf(segmentName);
  return index === -1 ? '' : (parts[index + 1] ?? '');
}

function formatScope({ zone, region }: { zone?: string | undefined; region?: string | undefined }): string {
  if (zone !== undefined) return `zones/${zone}`;
  return region === undefined ? 'global' : `regions/${region}`;
}
