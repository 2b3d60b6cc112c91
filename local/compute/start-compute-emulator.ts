import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createAccessToken } from '../access-token.ts';
import { isLoopback } from '../is-loopback.ts';
import { readStateFile, StateFile } from '../state-file.ts';
import { createRequestListener } from './api/create-request-listener.ts';
import { getMethods } from './api/descriptors.ts';
import { FaultInjector } from './api/fault-injector.ts';
import type { MachineBackend } from './machine-backend.ts';
import { CloudState } from './state/cloud-state.ts';
import type { Constraint } from './state/organization-policies.ts';
import { captureState, restoreState, type SavedState } from './state/saved-state.ts';

export interface ComputeEmulatorOptions {
  readonly machines: MachineBackend;
  /** A loopback address; default 127.0.0.1. */
  readonly host?: string;
  /** Bearer token that every request must carry; default a random one. */
  readonly token?: string;
  /** Port to listen on; default 0, a free port. */
  readonly port?: number;
  /** External addresses are allocated from 127.BLOCK.0.0/16; default 44. */
  readonly addressBlock?: number;
  /** Minimum duration of an operation in milliseconds, half PENDING and half RUNNING; default 1000. */
  readonly operationDelayMs?: number;
  /** Delays operations; default is a timer. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** Longest wait of `operations.wait`; default two minutes, as on Google. */
  readonly waitTimeoutMs?: number;
  /** Quota limits by metric, overriding the defaults. */
  readonly quotas?: Readonly<Record<string, number>>;
  /** Policies that the organization enforces, such as `compute.vmExternalIpAccess`. Default: none. */
  readonly organizationPolicies?: readonly Constraint[];
  /** Keeps resources across restarts. Without it, they are in memory only. */
  readonly stateFile?: string;
  readonly log?: (line: string) => void;
}
export interface ComputeEmulator {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly token: string;
  readonly faults: FaultInjector;
  /** Stops listening and removes all machines. */
  close(): Promise<void>;
}

/**
 * Starts the Compute Engine emulator; resolves when it is listening.
 * @throws Error when the host is not a loopback address or the port is unavailable
 */
export async function startComputeEmulator(options: ComputeEmulatorOptions): Promise<ComputeEmulator> {
  const { host = '127.0.0.1', port = 0, machines, token = createAccessToken() } = options;
  if (!isLoopback(host))
    throw new Error(
      `cannot start the Compute Engine emulator: '${host}' is not a loopback address, and the API is not encrypted`,
    );
  const cloud = new CloudState({
    machines,
    addressBlock: options.addressBlock ?? 44,
    operationDelayMs: options.operationDelayMs ?? 1000,
    waitTimeoutMs: options.waitTimeoutMs ?? 120_000,
    quotas: options.quotas ?? {},
    organizationPolicies: options.organizationPolicies ?? [],
    sleep: options.sleep ?? ((ms, signal) => pause(ms, undefined, { signal })),
  });
  const stateFile = await restoreFromFile(cloud, options);
  const faults = new FaultInjector();
  getMethods();
  // The default of 5 s makes clients on a busy machine reuse connections that are being closed.
  const server = createServer({ keepAliveTimeout: 60_000 }, createRequestListener(cloud, faults, token));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { address, port: boundPort, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${boundPort}`,
    token,
    faults,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await cloud.close();
      stateFile?.save();
      await stateFile?.flush();
    },
  };
}

async function restoreFromFile(
  cloud: CloudState,
  { stateFile: path, log = () => undefined }: ComputeEmulatorOptions,
): Promise<StateFile | undefined> {
  if (path === undefined) return undefined;
  const saved = readStateFile<SavedState>(path);
  if (saved !== undefined) await restoreState(cloud, saved, log);
  const stateFile = new StateFile(path, () => captureState(cloud));
  cloud.onChange = () => stateFile.save();
  // The file must exist before the first machine: its existence means that disks are kept.
  stateFile.save();
  await stateFile.flush();
  return stateFile;
}
