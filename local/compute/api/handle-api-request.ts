import { methodHandlers } from '../resources/index.ts';
import { listZoneNames, regionNames } from '../resources/locations.ts';
import type { CloudState } from '../state/cloud-state.ts';
import type { Operation } from '../state/operations.ts';
import type { ApiCall, MethodHandler } from './api-call.ts';
import { ApiError, apiErrors } from './api-error.ts';
import { checkBody } from './check-body.ts';
import { findMethod, type MethodMatch } from './find-method.ts';
import type { JsonObject } from './json.ts';
import { rewriteLinks, type Scope } from './links.ts';
import { parseQuery } from './parse-query.ts';

/** An API request, sent alone or in a batch. */
export interface ApiRequest {
  readonly verb: string;
  /** Path and query: `/compute/v1/projects/P/zones?alt=json`. */
  readonly target: string;
  readonly body: string;
  /** `127.0.0.1:8921`, for links in the response. */
  readonly host: string;
  readonly signal: AbortSignal;
}
export interface ApiResponse {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Finds the method, validates the request and calls the handler. Returns API errors as responses. */
export async function handleApiRequest(
  request: ApiRequest,
  match: MethodMatch | undefined,
  cloud: CloudState,
  fault: ApiCall['fault'],
): Promise<ApiResponse> {
  const linkBase = `http://${request.host}/compute/v1/`;
  try {
    const url = new URL(request.target, linkBase);
    if (match === undefined)
      throw new ApiError(404, 'notFound', `Compute Engine v1 has no method ${request.verb} ${url.pathname}`);
    const { id, body } = match.method;
    const handler = Object.hasOwn(methodHandlers, id) ? methodHandlers[id] : undefined;
    if (handler === undefined) throw apiErrors.notImplemented(`The method ${id}`);
    const call: ApiCall = {
      cloud,
      project: cloud.project(match.pathParameters.project ?? ''),
      scope: getScope(match),
      name:
        Object.entries(match.pathParameters).find(([key]) => !['project', 'region', 'zone'].includes(key))?.[1] ??
        getScopeResourceName(match),
      method: id,
      query: parseQuery(url.searchParams, match.method),
      body: body === undefined ? {} : checkBody(parseJsonBody(request.body), body),
      linkBase,
      fault,
      signal: request.signal,
    };
    const requestKey = `${request.verb} ${url.pathname}`;
    const requestId = call.query.get('requestId');
    const previous = requestId === undefined ? undefined : call.project.operationsByRequestId.get(requestId);
    if (previous !== undefined && previous.requestKey !== requestKey) {
      throw apiErrors.invalidParameter('requestId', requestId ?? '', 'The ID was used for a different request.');
    }
    // Store before the first await: one batch may contain a request twice.
    const result = previous?.operation ?? handler(call);
    if (!isOperation(result)) return { status: 200, body: rewriteLinks(toResource(await result), linkBase) };
    if (requestId !== undefined) call.project.operationsByRequestId.set(requestId, { requestKey, operation: result });
    return { status: 200, body: rewriteLinks(result.resource, linkBase) };
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, body: error.toJSON() };
    console.error(`answering ${request.verb} ${request.target}:`, error);
    const apiError = new ApiError(
      500,
      'backendError',
      'The local cloud failed at this request; its own output says why.',
    );
    return { status: 500, body: apiError.toJSON() };
  }
}

/** Finds the API method by path. */
export function findRequestMethod(request: Pick<ApiRequest, 'verb' | 'target'>): MethodMatch | undefined {
  return findMethod(request.verb, request.target.split('?', 1)[0] ?? '');
}

function isOperation(result: ReturnType<MethodHandler>): result is Operation {
  return 'done' in result && result.done instanceof Promise;
}

function toResource(result: JsonObject | Operation): JsonObject {
  return isOperation(result) ? result.resource : result;
}

function parseJsonBody(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    throw apiErrors.invalidPayload('The body is not JSON.');
  }
}

/** Returns the scope of a path. `zones/-` (any zone) is valid only for data common to all zones. */
function getScope({ pathParameters, method }: MethodMatch): Scope {
  const { region, zone } = pathParameters;
  const isScopeResource = method.segments.length === 6;
  if (zone !== undefined && zone !== '-' && !isScopeResource && !listZoneNames().includes(zone)) {
    throw apiErrors.invalidParameter('zone', zone, 'Unknown zone.');
  }
  if (region !== undefined && !isScopeResource && !regionNames.includes(region)) {
    throw apiErrors.invalidParameter('region', region, 'Unknown region.');
  }
  if (isScopeResource || (zone === undefined && region === undefined)) return 'global';
  return zone === undefined ? `regions/${region}` : `zones/${zone}`;
}

/** `zones/{zone}` is a resource itself. */
function getScopeResourceName({ pathParameters, method }: MethodMatch): string {
  return method.segments.length === 6 ? (pathParameters.zone ?? pathParameters.region ?? '') : '';
}
