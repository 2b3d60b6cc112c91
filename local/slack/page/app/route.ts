import { useSyncExternalStore } from 'react';

/** The location in the workspace. The URL holds all of it, so two windows can show two users. */
export interface Route {
  /** A user's handle; empty if no user is selected. */
  readonly as: string;
  /** A channel name, or `@handle` for a direct message; empty for the first channel. */
  readonly channel: string;
  /** `ts` of the open thread. */
  readonly thread?: string | undefined;
  /** Whether the app's Home tab replaces the messages. */
  readonly home: boolean;
}

const homeSegment = 'home';

/** Parses a URL hash: `#ada/clusters/TS`, `#ada/@grace`, `#ada/home`. */
export function parseRoute(hash: string): Route {
  const [as = '', channel = '', thread] = hash.replace(/^#/, '').split('/').map(decodeURIComponent);
  if (channel === homeSegment) return { as, channel: '', home: true };
  return { as, channel, thread: thread || undefined, home: false };
}

/** Formats a route as a URL hash. */
export function formatRoute({ as, channel, thread, home }: Route): string {
  if (home) return `#${encodeURIComponent(as)}/${homeSegment}`;
  const parts = [as, channel, thread ?? ''].map((part) => encodeURIComponent(part).replaceAll('%40', '@'));
  return `#${parts.join('/').replace(/\/+$/, '')}`;
}

/** Resolves a message permalink to a route on this page; undefined for other URLs. */
export function parsePermalink(href: string): Route | undefined {
  const [, channel, seconds, micros] = /^\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(URL.parse(href)?.pathname ?? '') ?? [];
  if (!href.startsWith(`${window.location.origin}/`) || !channel) return undefined;
  return { ...parseRoute(window.location.hash), channel, thread: `${seconds}.${micros}`, home: false };
}

/** Returns the current route and re-renders when the URL changes. */
export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribeToHash, () => window.location.hash));
}

/** Navigates to a route and adds an entry to the browser's history. */
export function navigate(route: Route): void {
  window.location.hash = formatRoute(route);
}

function subscribeToHash(onChange: () => void): () => void {
  window.addEventListener('hashchange', onChange);
  return () => window.removeEventListener('hashchange', onChange);
}
