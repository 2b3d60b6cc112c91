import type { Scope } from '../api/links.ts';

const zoneLetters: Readonly<Record<string, string>> = {
  'asia-east1': 'abc',
  'europe-west1': 'bcd',
  'europe-west3': 'abc',
  'us-central1': 'abcf',
  'us-east1': 'bcd',
  'us-west1': 'abc',
};

export const regionNames: readonly string[] = Object.keys(zoneLetters);

/** Zones of a region, or all zones. */
export function listZoneNames(region?: string): readonly string[] {
  const buildZoneNames = (name: string) =>
    [...((Object.hasOwn(zoneLetters, name) && zoneLetters[name]) || '')].map((letter) => `${name}-${letter}`);
  return region === undefined ? regionNames.flatMap(buildZoneNames) : buildZoneNames(region);
}

/** All scopes of an aggregated list. */
export function listScopes(): readonly Scope[] {
  return [
    'global',
    ...regionNames.map((name): Scope => `regions/${name}`),
    ...listZoneNames().map((name): Scope => `zones/${name}`),
  ];
}

/** `us-central1` for `zones/us-central1-a` and `regions/us-central1`; empty for `global`. */
export function getRegion(scope: Scope): string {
  const [kind, name = ''] = scope.split('/');
  return kind === 'zones' ? name.replace(/-[a-z]$/, '') : name;
}
