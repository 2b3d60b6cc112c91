import type { Global, Regional, Zonal } from './compute-client.ts';

type Place = Global & Partial<Regional> & Partial<Zonal>;

/** A resource as the API's requests name it: `projects/P/zones/Z/instances/I`. A zone says more than a region. */
export function linkTo(project: string, collection: string, { name, zone, region }: Place): string {
  return `projects/${project}/${scopeOf({ zone, region })}/${collection}/${name}`;
}

/** The name at the end of a link; empty for no link. */
export function nameIn(link: string | null | undefined): string {
  return link?.split('/').at(-1) ?? '';
}

/** The value after a word of a link: `zones` gives the zone. */
export function partOf(link: string | null | undefined, word: 'zones' | 'regions'): string {
  const parts = link?.split('/') ?? [];
  const at = parts.indexOf(word);
  return at === -1 ? '' : (parts[at + 1] ?? '');
}

function scopeOf({ zone, region }: { zone?: string | undefined; region?: string | undefined }): string {
  if (zone !== undefined) return `zones/${zone}`;
  return region === undefined ? 'global' : `regions/${region}`;
}
