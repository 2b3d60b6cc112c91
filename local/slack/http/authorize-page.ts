import type { IncomingMessage, ServerResponse } from 'node:http';
import { hasBearerToken, isSameToken } from '../../access-token.ts';
import type { Workspace } from '../workspace.ts';
import { replyBytes, replyJson } from './reply.ts';

/** Whether a request may use the page and its API: it carries the access token as a bearer token or in the cookie. */
export function isAuthorized({ settings, baseUrl }: Workspace, request: IncomingMessage): boolean {
  if (hasBearerToken(request, settings.accessToken)) return true;
  const prefix = `${getCookieName(baseUrl)}=`;
  const cookie = request.headers.cookie?.split(/; */).find((one) => one.startsWith(prefix));
  return cookie !== undefined && isSameToken(cookie.slice(prefix.length), settings.accessToken);
}

/**
 * Handles the URL with the access token, `/?token=TOKEN`: stores the token in a cookie and removes it from the address
 * bar. `Lax` lets the link work in a terminal in the browser; other sites can cause no changes, which need JSON.
 */
export function logIn({ settings, baseUrl }: Workspace, token: string, response: ServerResponse): void {
  if (!isSameToken(token, settings.accessToken)) {
    replyUnauthorized('/', response);
    return;
  }
  const cookie = `${getCookieName(baseUrl)}=${token}; Path=/; HttpOnly; SameSite=Lax`;
  replyBytes(response, 303, '', { location: '/', 'set-cookie': cookie });
}

/** Responds to a request without the access token, for example from a page that was opened before a restart. */
export function replyUnauthorized(path: string, response: ServerResponse): void {
  const message = 'Open the URL that the local stack printed when it started. Each start has a new one.';
  if (path.startsWith('/_local/')) replyJson(response, 401, { error: message });
  else replyBytes(response, 401, message);
}

/** Cookies do not distinguish ports, so the name does: two stacks can run on one host. */
function getCookieName(baseUrl: string): string {
  return `kthw_access_${new URL(baseUrl).port}`;
}
