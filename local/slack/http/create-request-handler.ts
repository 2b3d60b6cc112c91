import type { IncomingMessage, ServerResponse } from 'node:http';
import { hasBearerToken } from '../../access-token.ts';
import { hasLoopbackHost, isCrossOrigin } from '../../local-request.ts';
import type { Workspace } from '../workspace.ts';
import { isAuthorized, logIn, replyUnauthorized } from './authorize-page.ts';
import { replyBytes, replyJson } from './reply.ts';
import { serveApi } from './serve-api.ts';
import { serveLocalApi } from './serve-local-api.ts';
import { servePage } from './serve-page.ts';
import { serveResponseUrl } from './serve-response-url.ts';
import { serveUpload } from './serve-upload.ts';

/**
 * Routes requests to their handlers. All require a secret: the bot token, an issued URL, or the page's access token.
 * @param signal aborts pending requests when the server closes
 */
export function createRequestHandler(workspace: Workspace, signal: AbortSignal) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    void routeRequest(workspace, request, response, signal).catch((error: unknown) => {
      if (request.destroyed && response.destroyed) return;
      console.error(`error in ${request.method} ${request.url}:`, error);
      if (!response.headersSent) replyJson(response, 500, { ok: false, error: 'internal_error' });
    });
  };
}

async function routeRequest(
  workspace: Workspace,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
) {
  const url = new URL(request.url ?? '/', workspace.baseUrl);
  const token = url.pathname === '/' ? url.searchParams.get('token') : null;
  // A link to the page can come from another site. A foreign Host header comes from DNS rebinding.
  if (!hasLoopbackHost(request) || (token === null && isCrossOrigin(request)))
    return replyBytes(response, 403, 'Host and Origin must be the address of the Slack emulator');
  if (token !== null) return logIn(workspace, token, response);
  const [, first, second = '', third = ''] = url.pathname.split('/');
  switch (first) {
    case 'api':
      return serveApi(workspace, { name: second, request, response, query: url.searchParams, signal });
    case 'response':
      return serveResponseUrl(workspace, third, request, response, signal);
    case 'upload':
      return serveUpload(workspace, third, request, response, signal);
    case 'files-pri':
      return sendPrivateFile(workspace, second, request, response);
  }
  if (!isAuthorized(workspace, request)) return replyUnauthorized(url.pathname, response);
  switch (first) {
    case '_local':
      return serveLocalApi(workspace, url, request, response);
    case 'archives':
      return redirectToMessage(second, third, response);
    default:
      return servePage(url.pathname, response);
  }
}

/** Redirects a permalink to the message on the page, for any user. */
function redirectToMessage(channel: string, name: string, response: ServerResponse): void {
  const ts = name.replace(/^p(\d+)(\d{6})$/, '$1.$2');
  replyBytes(response, 302, '', { location: `/#/${encodeURIComponent(channel)}/${encodeURIComponent(ts)}` });
}

function sendPrivateFile(workspace: Workspace, id: string, request: IncomingMessage, response: ServerResponse): void {
  const file = workspace.team.findFile(id);
  const content = file && file.state !== 'deleted' ? Buffer.from(file.content, 'base64') : undefined;
  if (content && hasBearerToken(request, workspace.settings.botToken))
    replyBytes(response, 200, content, { 'content-type': 'application/octet-stream' });
  else replyBytes(response, 404, 'not found');
}
