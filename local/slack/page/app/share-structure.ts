/** Returns the newer value but reuses equal parts of the older one, so React skips unchanged components. */
export function shareStructure<T>(previous: T, next: T): T {
  if (Object.is(previous, next) || !isObject(previous) || !isObject(next)) return next;
  if (Array.isArray(previous) !== Array.isArray(next)) return next;
  const counterparts = Array.isArray(next)
    ? matchByKey(previous as unknown as KeyedItem[], next as unknown as KeyedItem[])
    : previous;
  const merged = Object.fromEntries(
    Object.entries(next).map(([key, value]) => [
      key,
      shareStructure((counterparts as Record<string, unknown>)[key], value),
    ]),
  );
  const hasChanged =
    Object.keys(merged).length !== Object.keys(previous).length ||
    Object.entries(merged).some(([key, value]) => !Object.is((previous as Record<string, unknown>)[key], value));
  if (!hasChanged) return previous;
  return (Array.isArray(next) ? Object.values(merged) : merged) as T;
}

type KeyedItem = { readonly ts?: string; readonly id?: string };

/** Aligns older items with the newer ones, by id where items have one. */
function matchByKey(previous: KeyedItem[], next: KeyedItem[]): KeyedItem[] {
  const getKey = (item: KeyedItem | undefined) => (isObject(item) ? (item.ts ?? item.id) : undefined);
  const byKey = new Map(previous.map((item) => [getKey(item), item]));
  return next.map((item, index) => {
    const key = getKey(item);
    return (key === undefined ? previous[index] : byKey.get(key)) as KeyedItem;
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
