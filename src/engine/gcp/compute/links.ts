import type { GlobalResource, RegionalResource, ZonalResource } from './compute-client.ts';

type LinkTarget = GlobalResource & Partial<RegionalResource> & Partial<ZonalResource>;

/** Builds a partial resource URL: `projects/P/zones/Z/instances/I`. The zone takes precedence over the region. */
export function buildLink(project: string, collection: string, { name, zone, region }: LinkTarget): string {
  return `projects/${project}/${formatScope({ zone, region })}/${collection}/${name}`;
}

/** Returns the resource name at the end of a link; empty without a link. */
export function getLinkName(link: string | null | undefined): string {
  return link?.split('/').at(-1) ?? '';
}

/** Returns the path segment after the given one: `zones` gives the zone. */
export function getLinkSegment(link: string | null | undefined, segmentName: 'zones' | 'regions'): string {
  const parts = link?.split('/') ?? [];
  const index = parts.indexOf(segmentName);
  return index === -1 ? '' : (parts[index + 1] ?? '');
}

function formatScope({ zone, region }: { zone?: string | undefined; region?: string | undefined }): string {
  if (zone !== undefined) return `zones/${zone}`;
  return region === undefined ? 'global' : `regions/${region}`;
}
