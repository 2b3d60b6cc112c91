import { apiErrors } from './api-error.ts';
import type { Json } from './json.ts';

/** Links are kept in this form and get the host that a request came to as they leave. */
const canonicalBase = 'https://www.googleapis.com/compute/v1/';

/** Where a resource is: `global`, `regions/us-central1`, `zones/us-central1-a`. */
export type Scope = 'global' | `regions/${string}` | `zones/${string}`;
export interface ResourceRef {
  readonly project: string;
  readonly scope: Scope;
  readonly name: string;
  readonly link: string;
}

export function buildLink(project: string, ...path: readonly string[]): string {
  return `${canonicalBase}projects/${[project, ...path].join('/')}`;
}

/** `projects/…`, as Google's sentences name a resource. */
export function toResourcePath(link: string): string {
  return link.startsWith(canonicalBase) ? link.slice(canonicalBase.length) : link;
}

export function getLastSegment(link: string): string {
  return link.slice(link.lastIndexOf('/') + 1);
}

/**
 * A link as people may write it: whole, on whatever host, from `projects/` on, or from the scope on.
 * @throws ApiError 400 when it leads to no `collection`
 */
export function parseLink(value: unknown, collection: string, field: string, project: string): ResourceRef {
  const path = typeof value === 'string' ? value.replace(/^https?:\/\/[^/]+\/(compute\/)?(v1|beta|alpha)\//, '') : '';
  const match = /^(?:projects\/([^/]+)\/)?(global|(?:regions|zones)\/[^/]+)\/([A-Za-z]+)\/([^/]+)$/.exec(path);
  if (match === null) throw apiErrors.invalidField(field, value, 'The URL is malformed.');
  const [, owner = project, scope, kind, name] = match as unknown as [
    string,
    string | undefined,
    Scope,
    string,
    string,
  ];
  if (kind !== collection)
    throw apiErrors.invalidField(field, value, `The referenced resource is not one of ${collection}.`);
  return { project: owner, scope, name, link: buildLink(owner, scope, collection, name) };
}

/** `value` with its links on `base`, e.g. `http://127.0.0.1:8921/compute/v1/`. People's own text stays as it is. */
export function rewriteLinks<T>(value: T, base: string): T {
  return rewriteValue(value as Json, base) as T;
}

const userTextFields = new Set(['description', 'value', 'contents']);

function rewriteValue(value: Json, base: string): Json {
  if (typeof value === 'string')
    return value.startsWith(canonicalBase) ? base + value.slice(canonicalBase.length) : value;
  if (Array.isArray(value)) return value.map((item) => rewriteValue(item, base));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, userTextFields.has(key) ? item : rewriteValue(item, base)]),
  );
}
