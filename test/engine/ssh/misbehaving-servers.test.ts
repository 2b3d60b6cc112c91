import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import ssh2 from 'ssh2';
import { afterEach, describe, expect, test } from 'vitest';
import { createSshClient } from '../../../src/engine/ssh/create-ssh-client.ts';
import { Secret } from '../../../src/store/vault/secret.ts';

const remote = createSshClient({ readyTimeoutMs: 300 });
const sockets: Socket[] = [];
let server: Server | undefined;

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  if (!server) return;
  server.close();
  await once(server, 'close');
  server = undefined;
});

/** A target at a server that handles connections with the given function. */
async function targetAt(serve: (socket: Socket) => void) {
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const identity = new Secret(ssh2.utils.generateKeyPairSync('ed25519').private);
  const port = typeof address === 'object' && address ? address.port : 0;
  return { name: 'machine-0', address: '127.0.0.1', port, user: 'root', hostKeys: ['ssh-ed25519 AAAA'], identity };
}

describe('a server that is not sshd', () => {
  test.each<[string, (socket: Socket) => void]>([
    ['says nothing', () => {}],
    ['hangs up', (socket) => socket.end()],
    ['resets the connection', (socket) => socket.resetAndDestroy()],
    ['speaks another language', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['greets and hangs up', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
    ['greets and talks nonsense', (socket) => socket.write(`SSH-2.0-OpenSSH_9.2\r\n${'x'.repeat(5000)}`)],
  ])('and %s is unreachable', async (_, serve) => {
    const target = await targetAt(serve);
    const running = remote.getHost(target).run('true', { deadlineMs: 10_000, signal: new AbortController().signal });
    await expect(running).rejects.toMatchObject({ code: 'ssh-unreachable', kind: 'transient' });
  });
});

test('aborts immediately while the host is silent', async () => {
  const controller = new AbortController();
  const patientClient = createSshClient({ readyTimeoutMs: 60_000 });
  const target = await targetAt(() => controller.abort());
  const running = patientClient.getHost(target).run('true', { deadlineMs: 60_000, signal: controller.signal });
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
});
