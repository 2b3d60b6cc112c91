/** The newer value, with each part of it that equals the older one's being that very one: what has not changed is not drawn again. */
export function sameParts<T>(older: T, newer: T): T {
  if (Object.is(older, newer) || !isObject(older) || !isObject(newer)) return newer;
  if (Array.isArray(older) !== Array.isArray(newer)) return newer;
  const same = Array.isArray(newer) ? byIdentity(older as unknown as Item[], newer as unknown as Item[]) : older;
  const merged = Object.fromEntries(
    Object.entries(newer).map(([key, value]) => [key, sameParts((same as Record<string, unknown>)[key], value)]),
  );
  const changed =
    Object.keys(merged).length !== Object.keys(older).length ||
    Object.entries(merged).some(([key, value]) => !Object.is((older as Record<string, unknown>)[key], value));
  if (!changed) return older;
  return (Array.isArray(newer) ? Object.values(merged) : merged) as T;
}

type Item = { readonly ts?: string; readonly id?: string };

/** The older items in the newer ones' places: by what names them, where something does. */
function byIdentity(older: Item[], newer: Item[]): Item[] {
  const nameOf = (item: Item | undefined) => (isObject(item) ? (item.ts ?? item.id) : undefined);
  const named = new Map(older.map((item) => [nameOf(item), item]));
  return newer.map((item, index) => {
    const name = nameOf(item);
    return (name === undefined ? older[index] : named.get(name)) as Item;
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
