import { connect } from 'node:net';

/** Tries to connect to an instance's SSH port. */
export async function probeSsh(address: string): Promise<'open' | 'no response'> {
  return await new Promise((resolve) => {
    const socket = connect(22, address, () => resolve('open'));
    socket.setTimeout(5_000, () => socket.destroy(new Error('timed out')));
    socket.once('error', () => resolve('no response')).once('connect', () => socket.destroy());
  });
}
