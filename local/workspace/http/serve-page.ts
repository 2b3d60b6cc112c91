import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { replyBytes } from './reply.ts';

const folder = new URL('../page/', import.meta.url);
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' https: data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/** Serves a file of the page, read each time so that it can be edited while it runs. */
export function servePage(path: string, response: ServerResponse): void {
  const name = path === '/' ? 'index.html' : path.slice(1);
  const type = types[extname(name)];
  const content = type && /^[a-z0-9-]+\.[a-z]+$/.test(name) ? read(name) : undefined;
  if (content) replyBytes(response, 200, content, { 'content-type': type ?? '', 'content-security-policy': policy });
  else replyBytes(response, 404, 'not found');
}

function read(name: string): Buffer | undefined {
  try {
    return readFileSync(new URL(name, folder));
  } catch {
    return undefined;
  }
}
