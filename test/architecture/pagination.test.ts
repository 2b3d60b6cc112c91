import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSourceFiles, root } from './source-files.ts';

/** Wraps the store's pages. */
const pager = 'src/store/iterate-records.ts';

/**
 * Calls that return one page, and options that turn automatic pagination of Google's clients off. An asynchronous iterator
 * reads all pages without it.
 */
const pageAccess =
  /\.listPage\(|(?<!aggregatedListAsync\(\{ project \}, \{ \.\.\.options, )\bautoPaginate\b|\bmaxResults\b|\bmaxApiRequests\b|\blistAsync\b/;

describe('pagination', () => {
  const files = readSourceFiles('src').map(({ path }) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

  test('only the pager reads single pages', () => {
    expect(files.filter(({ text }) => pageAccess.test(text)).map(({ path }) => path)).toEqual([pager]);
  });

  test.each([
    "await store.listPage('cluster', { limit: 200 })",
    'client.list({ project, maxResults: 500 }, options)',
    'client.list(request, { ...options, autoPaginate: false })',
  ])('reports %s', (text) => {
    expect(pageAccess.test(text)).toBe(true);
  });
});
