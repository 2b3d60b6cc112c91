import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { hasBearerToken } from '../../access-token.ts';
import { hasLoopbackHost } from '../../local-request.ts';
import type { CloudState } from '../state/cloud-state.ts';
import { ApiError } from './api-error.ts';
import { parseBatch, renderBatchResponse } from './batch.ts';
import type { FaultInjector } from './fault-injector.ts';
import { handleAdminRequest } from './handle-admin-request.ts';
import { type ApiRequest, type ApiResponse, findRequestMethod, handleApiRequest } from './handle-api-request.ts';

/** Handles HTTP requests: the API, API batches, and `/_kthw/` for tests. Each must carry the bearer token. */
export function createRequestListener(
  cloud: CloudState,
  faults: FaultInjector,
  token: string,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const disconnect = new AbortController();
    response.on('close', () => disconnect.abort());
    handleRequest(request, response, disconnect.signal).catch((error: unknown) => {
      if (error instanceof ConnectionCutError || disconnect.signal.aborted) response.destroy();
      else if (error instanceof ApiError) sendResponse(response, { status: error.status, body: error.toJSON() });
      else {
        console.error(`serving ${request.method} ${request.url}:`, error);
        response.destroy();
      }
    });
  };

  async function handleRequest(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const host = assertLocalClient(request);
    assertAuthorized(request, token);
    const body = await readBody(request);
    const target = request.url ?? '/';
    const verb = request.method ?? 'GET';
    if (target.startsWith('/_kthw/')) return sendResponse(response, handleAdminRequest(verb, target, body, faults));
    if (verb !== 'POST' || !/^\/batch\/compute\/(v1|beta|alpha)\b/.test(target)) {
      return sendResponse(response, await handleWithFaults({ verb, target, body, host, signal }));
    }
    const parts = parseBatch(request.headers['content-type'], body);
    const responses = await Promise.all(
      parts.map(async (part) => ({
        contentId: part.contentId,
        ...(await handleWithFaults({ ...part, host, signal })),
      })),
    );
    const boundary = `batch_${randomUUID()}`;
    response
      .writeHead(200, { 'content-type': `multipart/mixed; boundary=${boundary}` })
      .end(renderBatchResponse(responses, boundary));
  }

  /** Handles one request and applies its injected fault. */
  async function handleWithFaults(apiRequest: ApiRequest): Promise<ApiResponse> {
    const match = findRequestMethod(apiRequest);
    const fault = faults.takeFault(apiRequest.verb, apiRequest.target.split('?', 1)[0] ?? '', match);
    if (fault?.delayMs !== undefined) await pause(fault.delayMs, undefined, { signal: apiRequest.signal });
    if (fault === undefined) return handleApiRequest(apiRequest, match, cloud, undefined);
    if ('respond' in fault) return { ...fault.respond, body: fault.respond.body ?? '' };
    if ('hang' in fault)
      return new Promise((_, reject) =>
        apiRequest.signal.addEventListener('abort', () => reject(new ConnectionCutError())),
      );
    if ('cut' in fault && fault.cut !== 'after') throw new ConnectionCutError();
    const apiResponse = await handleApiRequest(
      apiRequest,
      match,
      cloud,
      'operationError' in fault ? fault.operationError : undefined,
    );
    if ('cut' in fault) throw new ConnectionCutError();
    return apiResponse;
  }
}

class ConnectionCutError extends Error {}

/** Rejects browsers and foreign Host headers (DNS rebinding). @throws ApiError 403 */
function assertLocalClient(request: IncomingMessage): string {
  const host = request.headers.host ?? '';
  if (!hasLoopbackHost(request))
    throw new ApiError(403, 'forbidden', `The Compute Engine emulator accepts loopback hosts only, not '${host}'.`);
  if (request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined) {
    throw new ApiError(403, 'forbidden', 'The Compute Engine emulator rejects requests from browsers.');
  }
  return host;
}

/**
 * Rejects other users of this host: an instance runs as root, so a caller of this API can become root. Error as on
 * Google (AIP-193, 2026-12-01). @throws ApiError 401
 */
function assertAuthorized(request: IncomingMessage, token: string): void {
  if (!hasBearerToken(request, token))
    throw new ApiError(401, 'authError', 'The request has no valid access token of this Compute Engine emulator.');
}

const maxBodyBytes = 8 * 1024 * 1024;

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes)
      throw new ApiError(413, 'uploadTooLarge', `The request is larger than ${maxBodyBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function sendResponse(response: ServerResponse, { status, body, headers }: ApiResponse): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body, null, 2);
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', ...headers }).end(text);
}
