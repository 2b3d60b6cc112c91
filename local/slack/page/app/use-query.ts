import { useEffect, useRef, useState } from 'react';
import { fetchQuery } from './local-api-client.ts';
import { shareStructure } from './share-structure.ts';
import type { ChangeStream, StreamEvent } from './use-change-stream.ts';

/**
 * Returns a query's result and refetches it after relevant changes. One request runs at a time;
 * changes during a request cause one more.
 * @param query undefined disables the query
 */
export function useQuery<T extends object>(
  name: string,
  query: Record<string, string> | undefined,
  { subscribe }: Pick<ChangeStream, 'subscribe'>,
  isAffectedBy: (event: StreamEvent) => boolean,
): T | undefined {
  const [result, setResult] = useState<{ key: string; value: T }>();
  const isAffectedByRef = useRef(isAffectedBy);
  isAffectedByRef.current = isAffectedBy;
  const key = query ? `${name}?${new URLSearchParams(query)}` : '';
  useEffect(() => {
    if (!key) return;
    const controller = new AbortController();
    const params = Object.fromEntries(new URLSearchParams(key.slice(name.length + 1)));
    let isFetching = false;
    let isStale = false;
    const refetch = async () => {
      isStale = isFetching;
      if (isFetching) return;
      isFetching = true;
      try {
        const value = await fetchQuery<T>(name, params, controller.signal);
        setResult((old) => ({ key, value: old?.key === key ? shareStructure(old.value, value) : value }));
      } catch (error) {
        // Connection lost or request aborted. The change stream triggers a refetch once it is connected again.
        if (!controller.signal.aborted) console.info(`query "${name}" failed:`, error);
      } finally {
        isFetching = false;
        if (isStale && !controller.signal.aborted) void refetch();
      }
    };
    const unsubscribe = subscribe((event) => {
      if (event.kind === 'ready' || isAffectedByRef.current(event)) void refetch();
    });
    void refetch();
    return () => {
      controller.abort();
      unsubscribe();
    };
  }, [key, name, subscribe]);
  return result && result.key === key ? result.value : undefined;
}
