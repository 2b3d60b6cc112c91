import { handlers } from '../resources/index.ts';
import { regionNames, zoneNames } from '../resources/locations.ts';
import type { World } from '../state/cloud-state.ts';
import type { Operation } from '../state/operations.ts';
import type { Call, Handler } from './api-call.ts';
import { ApiError, refuse } from './api-error.ts';
import { checkBody } from './check-body.ts';
import { type Found, findMethod } from './find-method.ts';
import type { JsonObject } from './json.ts';
import { onHost, type Scope } from './links.ts';
import { readQuery } from './parse-query.ts';

/** One request of the API, from a connection of its own or out of a batch. */
export interface Asked {
  readonly verb: string;
  /** Path and query: `/compute/v1/projects/P/zones?alt=json`. */
  readonly target: string;
  readonly body: string;
  /** `127.0.0.1:8921`, for the links. */
  readonly host: string;
  readonly signal: AbortSignal;
}
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Finds the method, checks what was sent, and lets the method's handler answer. Refusals are answers too. */
export async function answer(
  asked: Asked,
  found: Found | undefined,
  world: World,
  fault: Call['fault'],
): Promise<Answer> {
  const base = `http://${asked.host}/compute/v1/`;
  try {
    const url = new URL(asked.target, base);
    if (found === undefined)
      throw new ApiError(404, 'notFound', `Compute Engine v1 has no method ${asked.verb} ${url.pathname}`);
    const { id, body } = found.method;
    const handler = Object.hasOwn(handlers, id) ? handlers[id] : undefined;
    if (handler === undefined) throw refuse.absentHere(`The method ${id}`);
    const call: Call = {
      world,
      project: world.project(found.path.project ?? ''),
      scope: scopeOf(found),
      name:
        Object.entries(found.path).find(([key]) => !['project', 'region', 'zone'].includes(key))?.[1] ??
        placeName(found),
      method: id,
      query: readQuery(url.searchParams, found.method),
      body: body === undefined ? {} : checkBody(readJson(asked.body), body),
      base,
      fault,
      signal: asked.signal,
    };
    const repeated = `${asked.verb} ${url.pathname}`;
    const requestId = call.query.get('requestId');
    const before = requestId === undefined ? undefined : call.project.requests.get(requestId);
    if (before !== undefined && before.call !== repeated) {
      throw refuse.parameter('requestId', requestId ?? '', 'It was used for another request already.');
    }
    // Kept before anything is awaited: the same request may come twice in one batch.
    const result = before?.operation ?? handler(call);
    if (!isOperation(result)) return { status: 200, body: onHost(shownOf(await result), base) };
    if (requestId !== undefined) call.project.requests.set(requestId, { call: repeated, operation: result });
    return { status: 200, body: onHost(result.resource, base) };
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, body: error.toJSON() };
    console.error(`answering ${asked.verb} ${asked.target}:`, error);
    const failed = new ApiError(
      500,
      'backendError',
      'The local cloud failed at this request; its own output says why.',
    );
    return { status: 500, body: failed.toJSON() };
  }
}

/** The method that a request means, by its path. */
export function methodOf(asked: Pick<Asked, 'verb' | 'target'>): Found | undefined {
  return findMethod(asked.verb, asked.target.split('?', 1)[0] ?? '');
}

function isOperation(result: ReturnType<Handler>): result is Operation {
  return 'done' in result && result.done instanceof Promise;
}

function shownOf(result: JsonObject | Operation): JsonObject {
  return isOperation(result) ? result.resource : result;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    throw refuse.payload('The body is not JSON.');
  }
}

/** The scope that a path is in. `zones/-`, any zone, is only for what is the same in all. */
function scopeOf({ path, method }: Found): Scope {
  const { region, zone } = path;
  const itself = method.segments.length === 6;
  if (zone !== undefined && zone !== '-' && !itself && !zoneNames().includes(zone)) {
    throw refuse.parameter('zone', zone, 'Unknown zone.');
  }
  if (region !== undefined && !itself && !regionNames.includes(region)) {
    throw refuse.parameter('region', region, 'Unknown region.');
  }
  if (itself || (zone === undefined && region === undefined)) return 'global';
  return zone === undefined ? `regions/${region}` : `zones/${zone}`;
}

/** `zones/{zone}` is a resource itself. */
function placeName({ path, method }: Found): string {
  return method.segments.length === 6 ? (path.zone ?? path.region ?? '') : '';
}
