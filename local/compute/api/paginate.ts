import { apiErrors } from './api-error.ts';
import type { JsonObject } from './json.ts';

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly nextPageToken: string | undefined;
}

/**
 * Returns the page of `rows` for `maxResults` (default and maximum 500), `pageToken` and `orderBy`. A token names the
 * last row returned, so concurrent inserts and deletes neither repeat nor hide other rows.
 * @throws ApiError 400 for an unknown token, a number out of range, or an unknown order
 */
export function paginate<Row extends { readonly key: string; readonly resource: JsonObject }>(
  rows: readonly Row[],
  query: ReadonlyMap<string, string>,
): Page<Row> {
  const limit = parseMaxResults(query.get('maxResults'));
  const orderBy = query.get('orderBy') ?? 'name';
  if (orderBy !== 'name' && orderBy !== 'creationTimestamp desc') {
    throw apiErrors.invalidParameter('orderBy', orderBy, "Only 'name' and 'creationTimestamp desc' are supported.");
  }
  const byTime = orderBy !== 'name';
  const sorted = rows
    .map((row) => ({ row, sortKey: byTime ? `${row.resource.creationTimestamp ?? ''} ${row.key}` : row.key }))
    .sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1) * (byTime ? -1 : 1));
  const token = query.get('pageToken');
  const cursor = token === undefined || token === '' ? undefined : decodePageToken(token, byTime);
  const remaining =
    cursor === undefined ? sorted : sorted.filter(({ sortKey }) => (byTime ? sortKey < cursor : sortKey > cursor));
  const shown = remaining.slice(0, limit);
  const last = shown.at(-1);
  return {
    rows: shown.map(({ row }) => row),
    nextPageToken:
      remaining.length > shown.length && last !== undefined ? encodePageToken(last.sortKey, byTime) : undefined,
  };
}

function parseMaxResults(text: string | undefined): number {
  if (text === undefined) return 500;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 0 || limit > 500) {
    throw apiErrors.invalidParameter('maxResults', text, 'Must be between 0 and 500, inclusive.');
  }
  return limit === 0 ? 500 : limit;
}

function encodePageToken(sortKey: string, byTime: boolean): string {
  return Buffer.from(JSON.stringify([byTime, sortKey])).toString('base64url');
}

function decodePageToken(token: string, byTime: boolean): string {
  try {
    const [order, sortKey] = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as [unknown, unknown];
    if (order === byTime && typeof sortKey === 'string') return sortKey;
  } catch {
    // falls through to the error below
  }
  throw apiErrors.invalidParameter('pageToken', token, 'Must be a page token of this list.');
}
