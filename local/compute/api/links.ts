import { apiErrors } from './api-error.ts';
import type { Json } from './json.ts';

/** Links are stored with this prefix. Responses replace it with the request's host. */
const canonicalBase = 'https://www.googleapis.com/compute/v1/';

/** Scope of a resource: `global`, `regions/us-central1`, `zones/us-central1-a`. */
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

/** `projects/…`, the form of resource names in Google's error messages. */
export function toResourcePath(link: string): string {
  return link.startsWith(canonicalBase) ? link.slice(canonicalBase.length) : link;
}

export function getLastSegment(link: string): string {
  return link.slice(link.lastIndexOf('/') + 1);
}

/**
 * Parses a link in any accepted form: a full URL on any host, a path from `projects/`, or a path from the scope.
 * @throws ApiError 400 when the link is not in `collection`
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

/** Rebases links in `value` to `base`, e.g. `http://127.0.0.1:8921/compute/v1/`. User-supplied text is not changed. */
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
