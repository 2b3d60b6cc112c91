import { z } from 'zod';
import { argSchemas } from './arguments.ts';
import { ApiError } from './method.ts';

/** The arguments of paginated methods. */
export const paginationArgs = { cursor: argSchemas.text.optional(), limit: argSchemas.count.optional() };

const paginationSchema = z.object(paginationArgs);

/**
 * Returns one page of a list.
 * @param defaultLimit page size if the call has no `limit`
 * @throws {ApiError} `invalid_cursor`, `invalid_limit`
 */
export function paginate<T>(
  all: readonly T[],
  { cursor, limit }: z.infer<typeof paginationSchema>,
  defaultLimit = 100,
) {
  const size = limit === undefined || limit === 0 ? defaultLimit : limit;
  if (size < 1 || size > 1000) throw new ApiError('invalid_limit');
  const decoded = cursor ? Buffer.from(cursor, 'base64').toString() : 'from:0';
  const from = Number(/^from:(\d+)$/.exec(decoded)?.[1] ?? Number.NaN);
  if (Number.isNaN(from)) throw new ApiError('invalid_cursor');
  const hasMore = from + size < all.length;
  return {
    items: all.slice(from, from + size),
    more: hasMore,
    next: { next_cursor: hasMore ? Buffer.from(`from:${from + size}`).toString('base64') : '' },
  };
}
