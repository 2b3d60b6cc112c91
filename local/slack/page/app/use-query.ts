import { useEffect, useRef, useState } from 'react';
import { look } from './local-api-client.ts';
import { sameParts } from './share-structure.ts';
import type { Live, News } from './use-change-stream.ts';

/**
 * What a look at the workspace gives, looked at again whenever news concern it. One look is under way at a time: news that
 * come meanwhile are answered by one more.
 * @param query undefined: nothing is looked at
 */
export function useLook<T extends object>(
  name: string,
  query: Record<string, string> | undefined,
  { listen }: Pick<Live, 'listen'>,
  concerns: (news: News) => boolean,
): T | undefined {
  const [found, setFound] = useState<{ key: string; value: T }>();
  const latest = useRef(concerns);
  latest.current = concerns;
  const key = query ? `${name}?${new URLSearchParams(query)}` : '';
  useEffect(() => {
    if (!key) return;
    const ending = new AbortController();
    const asked = Object.fromEntries(new URLSearchParams(key.slice(name.length + 1)));
    let busy = false;
    let again = false;
    const take = async () => {
      again = busy;
      if (busy) return;
      busy = true;
      try {
        const value = await look<T>(name, asked, ending.signal);
        setFound((old) => ({ key, value: old?.key === key ? sameParts(old.value, value) : value }));
      } catch (error) {
        // Away for a moment, or left behind: the stream says when it is back.
        if (!ending.signal.aborted) console.info(`looking at ${name}:`, error);
      } finally {
        busy = false;
        if (again && !ending.signal.aborted) void take();
      }
    };
    const stop = listen((news) => {
      if (news.kind === 'ready' || latest.current(news)) void take();
    });
    void take();
    return () => {
      ending.abort();
      stop();
    };
  }, [key, name, listen]);
  return found && found.key === key ? found.value : undefined;
}
