import { randomUUID } from 'node:crypto';
import { InMemoryMachineBackend } from '../../local/compute/in-memory-machine-backend.ts';
import { startComputeEmulator } from '../../local/compute/start-compute-emulator.ts';
import type { ComputeClient, ForwardingRule } from '../../src/engine/gcp/compute/compute-client.ts';
import { createComputeClient } from '../../src/engine/gcp/compute/create-compute-client.ts';
import { RunEnvironment } from '../fakes/run-environment.ts';

/** One call of the port: `networks.insert`, and what it was given. */
interface PortCall {
  readonly path: readonly string[];
  readonly args: readonly unknown[];
}

const zone = 'us-west1-c';
const region = 'us-west1';

/**
 * What the engine asks of Compute Engine in a create, a resize, a scale up and down, a rebuild and a delete, as HTTP: the
 * calls of the port that whole runs make over doubles, sent again by the real adapter with Google's client to the local API.
 * Beside them what no run asks for but a person can: the lists and lookups that forms and checks use.
 * @returns `POST /zones/{zone}/instances`, each once, sorted
 */
export async function computeCalls(): Promise<string[]> {
  const asked = await callsOfRuns();
  const local = await startComputeEmulator({
    machines: new InMemoryMachineBackend(),
    addressBlock: 58,
    operationDelayMs: 1,
  });
  try {
    const cloud = createComputeClient({ project: 'kthw-test', endpoint: local.url });
    const { signal } = new AbortController();
    for (const { path, args } of asked) {
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
    return Object.keys(local.faults.callCounts).sort();
  } finally {
    await local.close();
  }
}

async function callsOfRuns(): Promise<PortCall[]> {
  const world = new RunEnvironment();
  const calls: PortCall[] = [];
  listen(world.compute, [], calls);
  const process = world.createProcess();
  const request = { requester: world.requester, channel: 'C1' };
  try {
    await world.createCluster(process, { controllers: 3, workers: 2 });
    await world.finishRun(process.clusterService.resizeCluster('demo', { machineType: 'e2-standard-4', ...request }));
    await world.finishRun(process.clusterService.scaleCluster('demo', { workers: 3, ...request }));
    await world.finishRun(process.clusterService.scaleCluster('demo', { workers: 1, ...request }));
    await world.finishRun(process.clusterService.rebuildCluster('demo', { fromPhase: 'workers', ...request }));
    await world.finishRun(process.clusterService.deleteCluster('demo', world.requester, 'C1'));
  } finally {
    await world.close();
  }
  return withoutRepeats(calls);
}

/** Runs look at the same thing often; how often makes no other call. */
function withoutRepeats(calls: readonly PortCall[]): PortCall[] {
  const seen = new Set<string>();
  return calls.filter(({ path, args }) => {
    if (/insert|delete|stop|start|^set/.test(path.at(-1) ?? '')) return true;
    const key = JSON.stringify([path, args]);
    return !seen.has(key) && seen.add(key);
  });
}

/** A forwarding rule is for an address that the cloud itself gave: here another one than in the run. */
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

/** Notes every call of the object's methods, one level deep. */
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

/** What does not work here (a machine type that the local API does not have) was asked for all the same. */
async function send(cloud: object, path: readonly string[], args: readonly unknown[]): Promise<void> {
  const owner = path.length === 1 ? cloud : Reflect.get(cloud, path[0] ?? '');
  const method = owner && Reflect.get(owner, path.at(-1) ?? '');
  // Of the double alone.
  if (typeof method !== 'function') return;
  await Promise.resolve(method.apply(owner, args)).catch(() => undefined);
}

/** The run that a call was made in is over, and its signal with it. */
function withSignal(args: readonly unknown[], signal: AbortSignal): unknown[] {
  return args.map((arg) => {
    if (arg instanceof AbortSignal) return signal;
    if (typeof arg === 'object' && arg !== null && 'signal' in arg) return { ...arg, signal };
    return arg;
  });
}
