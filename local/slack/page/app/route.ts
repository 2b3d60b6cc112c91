import { useSyncExternalStore } from 'react';

/** Where somebody is; it is all in the address, so that two windows can be two people. */
export interface Place {
  /** A person's handle; empty: nobody is chosen yet. */
  readonly as: string;
  /** A channel's name, or `@handle` for a direct conversation; empty: the first one. */
  readonly channel: string;
  /** Of the open thread. */
  readonly thread?: string | undefined;
  /** The app's Home tab is shown in place of messages. */
  readonly home: boolean;
}

const homeName = 'home';

/** The place that an address names: `#ada/clusters/TS`, `#ada/@grace`, `#ada/home`. */
export function readPlace(hash: string): Place {
  const [as = '', channel = '', thread] = hash.replace(/^#/, '').split('/').map(decodeURIComponent);
  if (channel === homeName) return { as, channel: '', home: true };
  return { as, channel, thread: thread || undefined, home: false };
}

/** The address of a place. */
export function placeHash({ as, channel, thread, home }: Place): string {
  if (home) return `#${encodeURIComponent(as)}/${homeName}`;
  const parts = [as, channel, thread ?? ''].map((part) => encodeURIComponent(part).replaceAll('%40', '@'));
  return `#${parts.join('/').replace(/\/+$/, '')}`;
}

/** The place in this page that a permalink of the workspace leads to; undefined: it leads elsewhere. */
export function placeOfPermalink(href: string): Place | undefined {
  const [, channel, seconds, micros] = /^\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(URL.parse(href)?.pathname ?? '') ?? [];
  if (!href.startsWith(`${window.location.origin}/`) || !channel) return undefined;
  return { ...readPlace(window.location.hash), channel, thread: `${seconds}.${micros}`, home: false };
}

/** The place that the address bar names, as it changes. */
export function usePlace(): Place {
  return readPlace(useSyncExternalStore(subscribe, () => window.location.hash));
}

/** Goes somewhere, with a step in the browser's history. */
export function go(place: Place): void {
  window.location.hash = placeHash(place);
}

function subscribe(changed: () => void): () => void {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
}
