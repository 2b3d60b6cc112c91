import { z } from 'zod';
import { args } from './arguments.ts';
import { ApiError } from './method.ts';

/** The arguments of a method that answers in pages. */
export const pageArgs = { cursor: args.text.optional(), limit: args.count.optional() };

const asked = z.object(pageArgs);

/**
 * Cuts one page out of a list.
 * @param most how many a page has when nobody said
 * @throws {ApiError} `invalid_cursor`, `invalid_limit`
 */
export function page<T>(all: readonly T[], { cursor, limit }: z.infer<typeof asked>, most = 100) {
  const size = limit === undefined || limit === 0 ? most : limit;
  if (size < 1 || size > 1000) throw new ApiError('invalid_limit');
  const decoded = cursor ? Buffer.from(cursor, 'base64').toString() : 'from:0';
  const from = Number(/^from:(\d+)$/.exec(decoded)?.[1] ?? Number.NaN);
  if (Number.isNaN(from)) throw new ApiError('invalid_cursor');
  const rest = from + size < all.length;
  return {
    items: all.slice(from, from + size),
    more: rest,
    next: { next_cursor: rest ? Buffer.from(`from:${from + size}`).toString('base64') : '' },
  };
}
