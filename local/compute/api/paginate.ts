import { refuse } from './api-error.ts';
import type { JsonObject } from './json.ts';

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly nextPageToken: string | undefined;
}

/**
 * The page of `rows` that `maxResults` (500 unless told, 500 at most), `pageToken` and `orderBy` ask for. A token names
 * the last row shown, so rows that come or go between pages neither repeat nor hide others.
 * @throws ApiError 400 for a token that no page gave, a number out of range, an unknown order
 */
export function pageOf<Row extends { readonly key: string; readonly resource: JsonObject }>(
  rows: readonly Row[],
  query: ReadonlyMap<string, string>,
): Page<Row> {
  const most = readMax(query.get('maxResults'));
  const orderBy = query.get('orderBy') ?? 'name';
  if (orderBy !== 'name' && orderBy !== 'creationTimestamp desc') {
    throw refuse.parameter('orderBy', orderBy, "Only 'name' and 'creationTimestamp desc' are supported.");
  }
  const byTime = orderBy !== 'name';
  const sorted = rows
    .map((row) => ({ row, place: byTime ? `${row.resource.creationTimestamp ?? ''} ${row.key}` : row.key }))
    .sort((a, b) => (a.place < b.place ? -1 : 1) * (byTime ? -1 : 1));
  const token = query.get('pageToken');
  const after = token === undefined || token === '' ? undefined : readToken(token, byTime);
  const left = after === undefined ? sorted : sorted.filter(({ place }) => (byTime ? place < after : place > after));
  const shown = left.slice(0, most);
  const last = shown.at(-1);
  return {
    rows: shown.map(({ row }) => row),
    nextPageToken: left.length > shown.length && last !== undefined ? writeToken(last.place, byTime) : undefined,
  };
}

function readMax(text: string | undefined): number {
  if (text === undefined) return 500;
  const most = Number(text);
  if (!Number.isInteger(most) || most < 0 || most > 500) {
    throw refuse.parameter('maxResults', text, 'Must be between 0 and 500, inclusive.');
  }
  return most === 0 ? 500 : most;
}

function writeToken(place: string, byTime: boolean): string {
  return Buffer.from(JSON.stringify([byTime, place])).toString('base64url');
}

function readToken(token: string, byTime: boolean): string {
  try {
    const [order, place] = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as [unknown, unknown];
    if (order === byTime && typeof place === 'string') return place;
  } catch {
    // falls through to the same refusal
  }
  throw refuse.parameter('pageToken', token, 'The page token is not one of this list.');
}
