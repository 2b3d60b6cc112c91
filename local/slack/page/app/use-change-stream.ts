import { useEffect, useState } from 'react';
import type { Change } from '../../change-feed.ts';

/** What comes down the stream: a change, or that from now on nothing is missed. */
export type News = Change | { readonly kind: 'ready' };
type Listener = (news: News) => void;

/** The workspace's stream of changes, as one person may see them. */
export interface Live {
  listen(listener: Listener): () => void;
  readonly online: boolean;
}

/** Opens the stream for a person, and again whenever it breaks. */
export function useLive(as: string): Live {
  const [listeners] = useState(() => new Set<Listener>());
  const [online, setOnline] = useState(true);
  useEffect(() => {
    const events = new EventSource(`/_local/events?${new URLSearchParams({ as })}`);
    const tell = (news: News) => {
      for (const listener of listeners) listener(news);
    };
    events.addEventListener('ready', () => {
      setOnline(true);
      tell({ kind: 'ready' });
    });
    events.onmessage = ({ data }) => tell(JSON.parse(String(data)) as Change);
    events.onerror = () => setOnline(false);
    return () => events.close();
  }, [as, listeners]);
  const [live] = useState(() => ({
    listen(listener: Listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  }));
  return { ...live, online };
}
