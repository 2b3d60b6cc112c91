import type { IncomingMessage } from 'node:http';
import { isLoopback } from './is-loopback.ts';

/**
 * Whether the Host header names a loopback address. Other names come from DNS rebinding: a web page that resolves its
 * own name to 127.0.0.1.
 */
export function hasLoopbackHost({ headers }: IncomingMessage): boolean {
  return isLoopback((headers.host ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'));
}

/** Whether a browser sent the request for a page of another origin. Other clients send neither header. */
export function isCrossOrigin({ headers }: IncomingMessage): boolean {
  const { host, origin, 'sec-fetch-site': site } = headers;
  const isForeignSite = site !== undefined && site !== 'same-origin' && site !== 'none';
  return isForeignSite || (origin !== undefined && origin !== `http://${host}`);
}
