/** Returns a function that calls `load` once and shares its result. After a failure, the next call loads again. */
export function cachePromise<T>(load: () => Promise<T>): () => Promise<T> {
  let cached: Promise<T> | undefined;
  return () => {
    cached ??= load().catch((error: unknown) => {
      cached = undefined;
      throw error;
    });
    return cached;
  };
}
