import { connect, createServer, type Server, type Socket } from 'node:net';

/** An external listening address and the target for new connections; undefined if there is no target. */
export interface PortForward {
  readonly address: string;
  readonly port: number;
  readonly getTarget: () => string | undefined;
}

const connectTimeoutMs = 10_000;

/** Reconciles listeners on external addresses with a list. Connections survive changes of the list but not shutdown. */
export class PortForwarder {
  readonly #log: (line: string) => void;
  readonly #servers = new Map<string, { server: Server; forward: PortForward }>();
  readonly #sockets = new Set<Socket>();

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /** Resolves when all possible listeners are open. A port in use is logged and retried at the next call. */
  async reconcile(desired: readonly PortForward[]): Promise<void> {
    const byKey = new Map(desired.map((forward) => [`${forward.address}:${forward.port}`, forward]));
    for (const [key, { server }] of this.#servers) {
      if (byKey.has(key)) continue;
      server.close();
      this.#servers.delete(key);
    }
    for (const [key, forward] of byKey) {
      const existing = this.#servers.get(key);
      if (existing !== undefined) existing.forward = forward;
      else await this.#listen(key, forward);
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const servers = [...this.#servers.values()].map(({ server }) => server);
    this.#servers.clear();
    await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  }

  async #listen(key: string, forward: PortForward): Promise<void> {
    const entry = { server: createServer({ allowHalfOpen: true }), forward };
    entry.server.on('connection', (client) => this.#forwardConnection(client, entry.forward));
    try {
      await new Promise<void>((resolve, reject) => {
        entry.server.once('error', reject).listen(forward.port, forward.address, resolve);
      });
      this.#servers.set(key, entry);
    } catch (error) {
      this.#log(`external address: cannot listen on ${key}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #forwardConnection(client: Socket, { port, getTarget }: PortForward): void {
    const host = getTarget();
    if (host === undefined) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect({ host, port, allowHalfOpen: true, noDelay: true });
    const timer = setTimeout(() => upstream.destroy(), connectTimeoutMs);
    upstream.once('connect', () => clearTimeout(timer));
    client.setNoDelay(true);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.pipe(other);
      socket.on('error', () => other.resetAndDestroy());
      socket.once('close', () => {
        clearTimeout(timer);
        this.#sockets.delete(socket);
        if (!socket.readableEnded) other.destroy();
      });
    }
  }
}
