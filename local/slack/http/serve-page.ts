import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { buildPage } from '../build-page.ts';
import { replyBytes } from './reply.ts';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
};
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; img-src 'self' https: data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/** Serves a file of the page, after a build if the source has changed. */
export async function servePage(path: string, response: ServerResponse, index = 'index.html'): Promise<void> {
  const name = path === '/' ? index : path.slice(1);
  const type = contentTypes[extname(name)];
  const content = type && /^(assets\/)?[\w-]+(\.[\w-]+)+$/.test(name) ? await readPageFile(name) : undefined;
  if (content)
    replyBytes(response, 200, content, {
      'content-type': type ?? '',
      'content-security-policy': contentSecurityPolicy,
    });
  else replyBytes(response, 404, 'not found');
}

async function readPageFile(name: string): Promise<Buffer | undefined> {
  return await readFile(join(await buildPage(), name)).catch(() => undefined);
}
