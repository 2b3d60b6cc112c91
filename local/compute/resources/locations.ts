import type { Scope } from '../api/links.ts';

const letters: Readonly<Record<string, string>> = {
  'asia-east1': 'abc',
  'europe-west1': 'bcd',
  'europe-west3': 'abc',
  'us-central1': 'abcf',
  'us-east1': 'bcd',
  'us-west1': 'abc',
};

export const regionNames: readonly string[] = Object.keys(letters);

/** The zones of a region, or of all. */
export function zoneNames(region?: string): readonly string[] {
  const of = (name: string) => [...(letters[name] ?? '')].map((letter) => `${name}-${letter}`);
  return region === undefined ? regionNames.flatMap(of) : of(region);
}

/** Every scope that an aggregated list shows. */
export function allScopes(): readonly Scope[] {
  return [
    'global',
    ...regionNames.map((name): Scope => `regions/${name}`),
    ...zoneNames().map((name): Scope => `zones/${name}`),
  ];
}

/** `us-central1` for `zones/us-central1-a` and `regions/us-central1`; empty for `global`. */
export function regionOf(scope: Scope): string {
  const [kind, name = ''] = scope.split('/');
  return kind === 'zones' ? name.replace(/-[a-z]$/, '') : name;
}
