import { useEffect, useState } from 'react';
import type { Change } from '../../change-feed.ts';

/** A change, or the marker that the subscription is active. */
export type StreamEvent = Change | { readonly kind: 'ready' };
type Listener = (event: StreamEvent) => void;

/** The workspace's change stream, filtered by one user's permissions. */
export interface ChangeStream {
  subscribe(listener: Listener): () => void;
  readonly isOnline: boolean;
}

/** Subscribes to a user's change stream and reconnects when it breaks. */
export function useChangeStream(as: string): ChangeStream {
  const [listeners] = useState(() => new Set<Listener>());
  const [isOnline, setIsOnline] = useState(true);
  useEffect(() => {
    const events = new EventSource(`/_local/events?${new URLSearchParams({ as })}`);
    const notifyListeners = (event: StreamEvent) => {
      for (const listener of listeners) listener(event);
    };
    events.addEventListener('ready', () => {
      setIsOnline(true);
      notifyListeners({ kind: 'ready' });
    });
    events.onmessage = ({ data }) => notifyListeners(JSON.parse(String(data)) as Change);
    events.onerror = () => {
      setIsOnline(false);
      // A rejected request is not repeated. After a restart the page's access is no longer valid; a reload says so.
      if (events.readyState === EventSource.CLOSED) location.reload();
    };
    return () => events.close();
  }, [as, listeners]);
  const [stream] = useState(() => ({
    subscribe(listener: Listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  }));
  return { ...stream, isOnline };
}
