import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { MachineSpec } from '../../machine-backend.ts';
import { buildMetadataTree, type MetadataNode } from './metadata-tree.ts';
import { findNode, renderNode } from './render-node.ts';

/** A machine's metadata and the guest attributes it has written. */
export interface MetadataRecord {
  readonly machine: MachineSpec;
  readonly guestAttributes: Map<string, string>;
}

/** Address of the metadata server for all machines, on port 80. */
export const metadataAddress = '169.254.169.254';

const rootPath = '/computeMetadata/v1';
const maxWaitMs = 300_000;

/**
 * Metadata server for the machines of one network. Identifies the machine by the source address of the request.
 * Behaviour: Compute Engine's "about VM metadata", with ETag and `wait_for_change`.
 */
export class MetadataServer {
  readonly #findRecord: (address: string) => MetadataRecord | undefined;
  readonly #server: Server;
  readonly #waiters = new Set<() => void>();
  #closed = false;

  constructor(find: (address: string) => MetadataRecord | undefined) {
    this.#findRecord = find;
    this.#server = createServer((request, response) => {
      this.#handleRequest(request, response).catch(() => response.destroy());
    });
  }

  /** Listens on a free port and returns it. */
  async listen(address: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(0, address, resolve);
    });
    const bound = this.#server.address();
    return typeof bound === 'object' ? (bound?.port ?? 0) : 0;
  }

  /** Responds to requests with `wait_for_change`. */
  notifyChange(): void {
    for (const wake of this.#waiters) wake();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.notifyChange();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #handleRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('Metadata-Flavor', 'Google');
    const address = request.socket.remoteAddress ?? '';
    const url = new URL(request.url ?? '/', 'http://metadata');
    if (url.pathname === '/') return sendText(response, 200, 'computeMetadata/\n');
    if (request.headers['metadata-flavor'] !== 'Google' || request.headers['x-forwarded-for'] !== undefined) {
      return sendText(response, 403, 'Missing Metadata-Flavor:Google header.\n');
    }
    const record = this.#findRecord(address);
    if (record === undefined || !url.pathname.startsWith(rootPath)) return sendText(response, 404, 'Not Found\n');
    const path = url.pathname
      .slice(rootPath.length)
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
    if (path[0] === 'instance' && path[1] === 'guest-attributes') {
      if (!hasGuestAttributes(record.machine))
        return sendText(response, 403, 'Guest attributes endpoint access is disabled.\n');
      if (request.method === 'PUT') return await putGuestAttribute(record, path, request, response);
      if (request.method === 'DELETE') {
        record.guestAttributes.delete(path.slice(2).join('/'));
        return sendText(response, 200, '');
      }
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return sendText(response, 405, 'Method Not Allowed\n');
    await this.#sendNode(address, path, url, response);
  }

  async #sendNode(address: string, path: readonly string[], url: URL, response: ServerResponse): Promise<void> {
    const findCurrentNode = (withGuestAttributes = true) => {
      const record = this.#findRecord(address);
      if (record === undefined) return undefined;
      return findNode(
        buildMetadataTree(record.machine, withGuestAttributes ? record.guestAttributes : new Map()),
        path,
      );
    };
    // A machine is not notified of guest attributes it wrote itself.
    const computeCurrentEtag = () => computeEtag(findCurrentNode(path[1] === 'guest-attributes'));
    const query = url.searchParams;
    const wait = Math.min(Number(query.get('timeout_sec') ?? maxWaitMs / 1_000) * 1_000, maxWaitMs);
    if (query.get('wait_for_change') === 'true') {
      const last = query.get('last_etag') ?? computeCurrentEtag();
      await this.#waitUntil(() => computeCurrentEtag() !== last, wait, response);
    }
    const node = findCurrentNode();
    if (node === undefined) return sendText(response, 404, 'Not Found\n');
    const recursive = query.get('recursive')?.toLowerCase() === 'true';
    const format = query.get('alt') ?? (recursive ? 'json' : 'text');
    response.setHeader('ETag', computeCurrentEtag());
    response.setHeader('Content-Type', format === 'json' ? 'application/json' : 'application/text');
    sendText(response, 200, renderNode(node, path, recursive, format === 'json' ? 'json' : 'text'));
  }

  async #waitUntil(isMet: () => boolean, waitMs: number, response: ServerResponse): Promise<void> {
    const deadline = Date.now() + waitMs;
    while (!isMet() && !this.#closed && !response.destroyed && Date.now() < deadline) {
      await new Promise<void>((resolve) => {
        const finish = () => {
          clearTimeout(timer);
          this.#waiters.delete(finish);
          response.off('close', finish);
          resolve();
        };
        const timer = setTimeout(finish, deadline - Date.now());
        this.#waiters.add(finish);
        response.once('close', finish);
      });
    }
  }
}

async function putGuestAttribute(
  record: MetadataRecord,
  path: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (path.length !== 4) return sendText(response, 400, 'A guest attribute is NAMESPACE/KEY.\n');
  record.guestAttributes.set(path.slice(2).join('/'), await text(request));
  sendText(response, 200, '');
}

/** Instance metadata overrides project metadata. */
function hasGuestAttributes({ metadata }: MachineSpec): boolean {
  const value = metadata.instance['enable-guest-attributes'] ?? metadata.project['enable-guest-attributes'];
  return value?.toUpperCase() === 'TRUE';
}

function computeEtag(node: MetadataNode | undefined): string {
  return createHash('sha256')
    .update(JSON.stringify(node) ?? '')
    .digest('hex')
    .slice(0, 16);
}

function sendText(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status).end(body);
}
