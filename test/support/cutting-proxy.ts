import { connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  readonly host: string;
  /** Drops the server's responses from now on; requests still arrive. */
  hold(): void;
  /** Closes all connections on both sides; new ones work again. */
  cut(): void;
  stop(): Promise<void>;
}

/** Proxy between a client and `target` (`host:port`) that loses responses to requests that did arrive. */
export function startCuttingProxy(target: string): Promise<CuttingProxy> {
  const [targetHost = '', targetPort] = target.split(':');
  const sockets = new Set<Socket>();
  let holding = false;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  };
  const cut = (): void => {
    holding = false;
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    const upstream = connect(Number(targetPort), targetHost);
    keep(client).pipe(upstream);
    keep(upstream).on('data', (chunk) => {
      if (!holding) client.write(chunk);
    });
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('the server has no port');
      resolve({
        host: `127.0.0.1:${address.port}`,
        hold: () => {
          holding = true;
        },
        cut,
        stop: () => {
          cut();
          return new Promise((done) => server.close(() => done()));
        },
      });
    });
  });
}
