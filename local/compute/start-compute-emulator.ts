import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createRequestListener } from './api/create-request-listener.ts';
import { getMethods } from './api/descriptors.ts';
import { FaultInjector } from './api/fault-injector.ts';
import type { MachineBackend } from './machine-backend.ts';
import { isLoopback } from './read-settings.ts';
import { CloudState } from './state/cloud-state.ts';

export interface ComputeEmulatorOptions {
  readonly machines: MachineBackend;
  /** A loopback address; 127.0.0.1 unless told. */
  readonly host?: string;
  /** 0, the usual, lets the system pick one. */
  readonly port?: number;
  /** External addresses come from 127.BLOCK.0.0/16; 44 unless told. */
  readonly addressBlock?: number;
  /** The least time that an operation takes, in milliseconds; half of it PENDING, half RUNNING. 1000 unless told. */
  readonly operationDelayMs?: number;
  /** How time passes while an operation is on its way; the clock's way unless told. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** How long `operations.wait` waits at most; two minutes unless told, as on Google. */
  readonly waitTimeoutMs?: number;
  /** Limits by metric that replace the usual ones. */
  readonly quotas?: Readonly<Record<string, number>>;
}
export interface ComputeEmulator {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly faults: FaultInjector;
  /** Stops listening and takes all machines down. */
  close(): Promise<void>;
}

/**
 * The local Compute Engine, listening when this resolves.
 * @throws Error when the host is not loopback, or can't be listened on
 */
export async function startComputeEmulator(options: ComputeEmulatorOptions): Promise<ComputeEmulator> {
  const { host = '127.0.0.1', port = 0, machines } = options;
  if (!isLoopback(host))
    throw new Error(`starting the local cloud: '${host}' is not a loopback address; it answers anybody`);
  const cloud = new CloudState({
    machines,
    addressBlock: options.addressBlock ?? 44,
    operationDelayMs: options.operationDelayMs ?? 1000,
    waitTimeoutMs: options.waitTimeoutMs ?? 120_000,
    quotas: options.quotas ?? {},
    sleep: options.sleep ?? ((ms, signal) => pause(ms, undefined, { signal })),
  });
  const faults = new FaultInjector();
  getMethods();
  const server = createServer(createRequestListener(cloud, faults));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { address, port: boundPort, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${boundPort}`,
    faults,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await cloud.close();
    },
  };
}
