import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { listComponentDownloads } from '../../src/engine/cluster/component-downloads.ts';
import type { DigestLookup } from '../../src/engine/cluster/digests.ts';
import { getRelease, releases } from '../../src/engine/cluster/releases.ts';

/** An HTTP server with the layout of a mirror. Tests change `files` and `responses`. */
export interface DownloadServer {
  readonly url: string;
  /** Content by path, such as `/dl.k8s.io/…`. */
  readonly files: Map<string, string | Buffer>;
  /** Responses that replace a file's. */
  readonly responses: Map<string, (response: ServerResponse, method: string) => void>;
  /** Method and path of each request. */
  readonly requests: string[];
  /** Digests of the original components of every release. */
  readonly digests: DigestLookup;
  /** Path of an upstream URL. */
  toPath(url: string): string;
  close(): Promise<void>;
}

/** @param versions Kubernetes versions whose components the server has */
export async function startDownloadServer(...versions: readonly string[]): Promise<DownloadServer> {
  const toPath = (url: string) => `/${new URL(url).host}${new URL(url).pathname}`;
  const files = new Map(versions.flatMap(buildComponentFiles).map(([url, content]) => [toPath(url), content]));
  const responses: DownloadServer['responses'] = new Map();
  const digests = new Map(
    releases.flatMap(({ kubernetes }) =>
      buildComponentFiles(kubernetes).map(([url, content]) => [
        url,
        createHash('sha256').update(content).digest('hex'),
      ]),
    ),
  );
  const requests: string[] = [];
  const server = createServer(({ url = '', method = '' }, response) => {
    requests.push(`${method} ${url}`);
    const respond = responses.get(url);
    if (respond) return respond(response, method);
    const content = files.get(url);
    if (content === undefined) return void response.writeHead(404).end('not found\n');
    response.writeHead(200, { 'Content-Length': Buffer.byteLength(content) }).end(method === 'HEAD' ? '' : content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...{ files, responses, requests, toPath },
    digests: (url) => digests.get(url),
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Components and checksum files by upstream URL. */
export function buildComponentFiles(version: string): [string, string | Buffer][] {
  const downloads = listComponentDownloads(getRelease(version)).map((one) => {
    const program = `#!/bin/sh\necho ${one.name}\n`;
    const paths = one.install.kind === 'archive' ? (one.install.includedPaths ?? [`bin/${one.name}`]) : [];
    const content = paths.length > 0 ? buildArchive(paths, program) : program;
    const digest = createHash('sha256').update(content).digest('hex');
    const line = one.checksumFormat === 'plain' ? digest : `${digest}  ${one.url.split('/').at(-1)}\n`;
    return { ...one, content, line };
  });
  return downloads.flatMap(({ url, checksumUrl, content, line }) => [
    [url, content],
    [checksumUrl, line],
  ]);
}

/** A gzipped tar whose files all have the same content. */
function buildArchive(paths: readonly string[], content: string): Buffer {
  const blocks = paths.flatMap((path) => {
    const header = Buffer.alloc(512);
    const size = Buffer.byteLength(content).toString(8).padStart(11, '0');
    for (const [offset, text] of [
      [0, path],
      [100, '0000755'],
      [108, '0000000'],
      [116, '0000000'],
      [124, size],
      [136, '00000000000'],
      [148, '        '],
      [156, '0'],
      [257, 'ustar\0' + '00'],
    ] as const)
      header.write(text, offset);
    const checksum = header.reduce((sum, byte) => sum + byte, 0);
    header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148);
    const body = Buffer.alloc(512 * Math.ceil(Buffer.byteLength(content) / 512));
    body.write(content);
    return [header, body];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}
