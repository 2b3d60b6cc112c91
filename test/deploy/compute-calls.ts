import { randomUUID } from 'node:crypto';
import { InMemoryMachineBackend } from '../../local/compute/in-memory-machine-backend.ts';
import { startComputeEmulator } from '../../local/compute/start-compute-emulator.ts';
import type { ComputeClient, ForwardingRule } from '../../src/engine/gcp/compute/compute-client.ts';
import { createComputeClient } from '../../src/engine/gcp/compute/create-compute-client.ts';
import { RunEnvironment } from '../fakes/run-environment.ts';

/** A call of the Compute port: `networks.insert` and its arguments. */
interface PortCall {
  readonly path: readonly string[];
  readonly args: readonly unknown[];
}

const zone = 'us-west1-c';
const region = 'us-west1';

/**
 * HTTP requests to Compute Engine during create, resize, scale up and down, rebuild and delete. Records the port's
 * calls in complete runs with fakes, then replays them with the real adapter and Google's client against the emulator.
 * Adds the lists and lookups of forms and checks, which no run makes.
 * @returns `POST /zones/{zone}/instances`, unique and sorted
 */
export async function computeCalls(): Promise<string[]> {
  const calls = await callsOfRuns();
  const local = await startComputeEmulator({
    machines: new InMemoryMachineBackend(),
    addressBlock: 58,
    operationDelayMs: 1,
  });
  try {
    const cloud = createComputeClient({ project: 'kthw-test', endpoint: local.url, token: local.token });
    const { signal } = new AbortController();
    for (const { path, args } of calls) {
      await send(cloud, path, withSignal(await withAddress(cloud, path, args), signal));
    }
    for (const [kind, resource] of Object.entries(cloud)) {
      if (typeof resource !== 'object' || !('list' in resource)) continue;
      await send(cloud, [kind, 'list'], [{ region, zone }, signal]);
      await send(
        cloud,
        [kind, 'delete'],
        [
          { name: 'nothing', region, zone },
          { requestId: randomUUID(), signal },
        ],
      );
    }
    await send(cloud, ['listMachineTypes'], [zone, signal]);
    await send(cloud, ['listRegions'], [signal]);
    // Steps that wait for more than 20 s, which the fakes don't.
    await send(cloud, ['getSerialOutput'], [{ name: 'nothing', zone }, 100, signal]);
    return Object.keys(local.faults.callCounts).sort();
  } finally {
    await local.close();
  }
}

async function callsOfRuns(): Promise<PortCall[]> {
  const environment = new RunEnvironment();
  const calls: PortCall[] = [];
  listen(environment.compute, [], calls);
  const process = environment.createProcess();
  const request = { requester: environment.requester, channel: 'C1' };
  try {
    await environment.createCluster(process, { controllers: 3, workers: 2 });
    await environment.finishRun(
      process.clusterService.resizeCluster('demo', { machineType: 'e2-standard-4', ...request }),
    );
    await environment.finishRun(process.clusterService.scaleCluster('demo', { workers: 3, ...request }));
    await environment.finishRun(process.clusterService.scaleCluster('demo', { workers: 1, ...request }));
    await environment.finishRun(process.clusterService.rebuildCluster('demo', { fromPhase: 'workers', ...request }));
    await environment.finishRun(process.clusterService.deleteCluster('demo', environment.requester, 'C1'));
  } finally {
    await environment.close();
  }
  return withoutRepeats(calls);
}

/** Repeated reads are the same call. */
function withoutRepeats(calls: readonly PortCall[]): PortCall[] {
  const seen = new Set<string>();
  return calls.filter(({ path, args }) => {
    if (/insert|delete|stop|start|^set/.test(path.at(-1) ?? '')) return true;
    const key = JSON.stringify([path, args]);
    return !seen.has(key) && seen.add(key);
  });
}

/** A forwarding rule needs an address allocated by this emulator, not the one of the recorded run. */
async function withAddress(
  cloud: ComputeClient,
  path: readonly string[],
  args: readonly unknown[],
): Promise<readonly unknown[]> {
  if (path.join('.') !== 'forwardingRules.insert') return args;
  const [spec, ...rest] = args as [ForwardingRule, ...unknown[]];
  const [found] = await cloud.addresses.list({ region: spec.region, zone }, new AbortController().signal);
  return [{ ...spec, address: found?.address }, ...rest];
}

/** Records every call of the object's methods, one level deep. */
function listen(target: object, path: readonly string[], calls: PortCall[]): void {
  const names = new Set([...Object.keys(target), ...Object.getOwnPropertyNames(Object.getPrototypeOf(target))]);
  for (const name of names) {
    const member = Reflect.get(target, name);
    const here = [...path, name];
    if (typeof member === 'function' && name !== 'constructor') {
      const noted = (...args: unknown[]) => {
        calls.push({ path: here, args });
        return member.apply(target, args);
      };
      Object.defineProperty(target, name, { value: noted, configurable: true });
    } else if (path.length === 0 && isResource(member)) listen(member, here, calls);
  }
}

function isResource(member: unknown): member is object {
  return typeof member === 'object' && member !== null && 'get' in member && 'insert' in member;
}

/** A failed call (a machine type missing in the emulator, for example) was still requested. */
async function send(cloud: object, path: readonly string[], args: readonly unknown[]): Promise<void> {
  const owner = path.length === 1 ? cloud : Reflect.get(cloud, path[0] ?? '');
  const method = owner && Reflect.get(owner, path.at(-1) ?? '');
  // Exists in the fake only.
  if (typeof method !== 'function') return;
  await Promise.resolve(method.apply(owner, args)).catch(() => undefined);
}

/** The recorded run is finished, so replace its signal. */
function withSignal(args: readonly unknown[], signal: AbortSignal): unknown[] {
  return args.map((arg) => {
    if (arg instanceof AbortSignal) return signal;
    if (typeof arg === 'object' && arg !== null && 'signal' in arg) return { ...arg, signal };
    return arg;
  });
}
