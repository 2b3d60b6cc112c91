import { useSyncExternalStore } from 'react';

/** Where somebody is; it is all in the address, so that two windows can be two people. */
export interface Route {
  /** A person's handle; empty: nobody is chosen yet. */
  readonly as: string;
  /** A channel's name, or `@handle` for a direct conversation; empty: the first one. */
  readonly channel: string;
  /** Of the open thread. */
  readonly thread?: string | undefined;
  /** The app's Home tab is shown in place of messages. */
  readonly home: boolean;
}

const homeSegment = 'home';

/** The place that an address names: `#ada/clusters/TS`, `#ada/@grace`, `#ada/home`. */
export function parseRoute(hash: string): Route {
  const [as = '', channel = '', thread] = hash.replace(/^#/, '').split('/').map(decodeURIComponent);
  if (channel === homeSegment) return { as, channel: '', home: true };
  return { as, channel, thread: thread || undefined, home: false };
}

/** The address of a place. */
export function formatRoute({ as, channel, thread, home }: Route): string {
  if (home) return `#${encodeURIComponent(as)}/${homeSegment}`;
  const parts = [as, channel, thread ?? ''].map((part) => encodeURIComponent(part).replaceAll('%40', '@'));
  return `#${parts.join('/').replace(/\/+$/, '')}`;
}

/** The place in this page that a permalink of the workspace leads to; undefined: it leads elsewhere. */
export function parsePermalink(href: string): Route | undefined {
  const [, channel, seconds, micros] = /^\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(URL.parse(href)?.pathname ?? '') ?? [];
  if (!href.startsWith(`${window.location.origin}/`) || !channel) return undefined;
  return { ...parseRoute(window.location.hash), channel, thread: `${seconds}.${micros}`, home: false };
}

/** The place that the address bar names, as it changes. */
export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribeToHash, () => window.location.hash));
}

/** Goes somewhere, with a step in the browser's history. */
export function navigate(route: Route): void {
  window.location.hash = formatRoute(route);
}

function subscribeToHash(onChange: () => void): () => void {
  window.addEventListener('hashchange', onChange);
  return () => window.removeEventListener('hashchange', onChange);
}
