import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { MachinePlan } from '../../machine-backend.ts';
import { type MetadataNode, metadataTree } from './metadata-tree.ts';
import { findNode, renderNode } from './render-node.ts';

/** A machine's metadata: what it is shown, and what it wrote. */
export interface MetadataRecord {
  readonly machine: MachinePlan;
  readonly guest: Map<string, string>;
}

/** Where every machine finds it, on port 80. */
export const metadataAddress = '169.254.169.254';

const root = '/computeMetadata/v1';
const longestWaitMs = 300_000;

/**
 * The metadata server of one network's machines. Who asks is told from the address that the question comes from.
 * Behaviour: Compute Engine's "about VM metadata", with ETag and `wait_for_change`.
 */
export class MetadataServer {
  readonly #find: (address: string) => MetadataRecord | undefined;
  readonly #server: Server;
  readonly #waiting = new Set<() => void>();
  #closed = false;

  constructor(find: (address: string) => MetadataRecord | undefined) {
    this.#find = find;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  /** Listens on a port that the system picks, and returns it. */
  async listen(address: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(0, address, resolve);
    });
    const bound = this.#server.address();
    return typeof bound === 'object' ? (bound?.port ?? 0) : 0;
  }

  /** Wakes those who wait for a change. */
  changed(): void {
    for (const wake of this.#waiting) wake();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.changed();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('Metadata-Flavor', 'Google');
    const address = request.socket.remoteAddress ?? '';
    const url = new URL(request.url ?? '/', 'http://metadata');
    if (url.pathname === '/') return end(response, 200, 'computeMetadata/\n');
    if (request.headers['metadata-flavor'] !== 'Google' || request.headers['x-forwarded-for'] !== undefined) {
      return end(response, 403, 'Missing Metadata-Flavor:Google header.\n');
    }
    const record = this.#find(address);
    if (record === undefined || !url.pathname.startsWith(root)) return end(response, 404, 'Not Found\n');
    const path = url.pathname
      .slice(root.length)
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
    if (path[0] === 'instance' && path[1] === 'guest-attributes') {
      if (!takesGuestAttributes(record.machine))
        return end(response, 403, 'Guest attributes endpoint access is disabled.\n');
      if (request.method === 'PUT') return await put(record, path, request, response);
      if (request.method === 'DELETE') {
        record.guest.delete(path.slice(2).join('/'));
        return end(response, 200, '');
      }
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405, 'Method Not Allowed\n');
    await this.#show(address, path, url, response);
  }

  async #show(address: string, path: readonly string[], url: URL, response: ServerResponse): Promise<void> {
    const find = (hasGuest = true) => {
      const record = this.#find(address);
      if (record === undefined) return undefined;
      return findNode(metadataTree(record.machine, hasGuest ? record.guest : new Map()), path);
    };
    // What a machine has written itself is no news for it.
    const etagNow = () => etag(find(path[1] === 'guest-attributes'));
    const asked = url.searchParams;
    const wait = Math.min(Number(asked.get('timeout_sec') ?? longestWaitMs / 1_000) * 1_000, longestWaitMs);
    if (asked.get('wait_for_change') === 'true') {
      const last = asked.get('last_etag') ?? etagNow();
      await this.#until(() => etagNow() !== last, wait, response);
    }
    const node = find();
    if (node === undefined) return end(response, 404, 'Not Found\n');
    const recursive = asked.get('recursive')?.toLowerCase() === 'true';
    const format = asked.get('alt') ?? (recursive ? 'json' : 'text');
    response.setHeader('ETag', etagNow());
    response.setHeader('Content-Type', format === 'json' ? 'application/json' : 'application/text');
    end(response, 200, renderNode(node, path, recursive, format === 'json' ? 'json' : 'text'));
  }

  async #until(met: () => boolean, waitMs: number, response: ServerResponse): Promise<void> {
    const deadline = Date.now() + waitMs;
    while (!met() && !this.#closed && !response.destroyed && Date.now() < deadline) {
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          this.#waiting.delete(done);
          response.off('close', done);
          resolve();
        };
        const timer = setTimeout(done, deadline - Date.now());
        this.#waiting.add(done);
        response.once('close', done);
      });
    }
  }
}

async function put(
  record: MetadataRecord,
  path: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (path.length !== 4) return end(response, 400, 'A guest attribute is NAMESPACE/KEY.\n');
  record.guest.set(path.slice(2).join('/'), await text(request));
  end(response, 200, '');
}

/** The instance's word counts before the project's. */
function takesGuestAttributes({ metadata }: MachinePlan): boolean {
  const value = metadata.instance['enable-guest-attributes'] ?? metadata.project['enable-guest-attributes'];
  return value?.toUpperCase() === 'TRUE';
}

function etag(node: MetadataNode | undefined): string {
  return createHash('sha256')
    .update(JSON.stringify(node) ?? '')
    .digest('hex')
    .slice(0, 16);
}

function end(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status).end(body);
}
