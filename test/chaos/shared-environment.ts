import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { InMemoryMachineBackend } from '../../local/compute/in-memory-machine-backend.ts';
import { type ComputeEmulator, startComputeEmulator } from '../../local/compute/start-compute-emulator.ts';
import { type Service, startService } from '../../local/service.ts';
import type { ClusterService } from '../../src/engine/service/cluster-service.ts';
import { createClusterService } from '../../src/engine/service/create-cluster-service.ts';
import type { EngineEvent } from '../../src/store/events.ts';
import type { Store } from '../../src/store/store.ts';
import { specOf } from '../support/store-fixtures.ts';
import type { InstanceSettings } from './instance.ts';
import { createPhasesWithoutInstances } from './phases-without-instances.ts';

const requester = { team: 'T1', user: 'U1' };
export const leaseMs = 1_500;

/** Several bot processes and the resources they share. */
export class SharedEnvironment {
  readonly store: Store;
  readonly cloud: ComputeEmulator;
  readonly clusterService: ClusterService;
  readonly #settings: InstanceSettings;
  readonly #env: Readonly<Record<string, string>>;
  readonly #instances: Service[] = [];
  readonly #getLogLines = new Map<Service, string[]>();

  private constructor(
    store: Store,
    cloud: ComputeEmulator,
    settings: InstanceSettings,
    env: Readonly<Record<string, string>>,
  ) {
    this.store = store;
    this.cloud = cloud;
    this.#settings = settings;
    this.#env = env;
    const phases = createPhasesWithoutInstances({ has: throwAsUnavailable, leave: throwAsUnavailable });
    const rejectAsUnavailable = () => Promise.reject(new Error('not here'));
    const unavailable = {
      issueKubeconfig: rejectAsUnavailable,
      removeRevokedBindings: rejectAsUnavailable,
      findMachineTypeProblem: async () => undefined,
      runDoctor: rejectAsUnavailable,
      getSnapshot: rejectAsUnavailable,
    };
    this.clusterService = createClusterService({
      store,
      phases,
      now: () => new Date(),
      wake: () => {},
      ...unavailable,
    });
  }

  /** @param open opens this process's store, in the environment's directory or wherever the instances' store is */
  static async make(
    open: (folder: string) => Promise<Store>,
    firestore?: InstanceSettings['firestore'],
    env: Readonly<Record<string, string>> = {},
  ): Promise<SharedEnvironment> {
    const folder = mkdtempSync(join(tmpdir(), 'kthw-shared-'));
    for (const name of ['marks', 'stop-at']) writeFileSync(join(folder, name), '');
    const cloud = await startComputeEmulator({ machines: new InMemoryMachineBackend(), operationDelayMs: 30 });
    const settings = {
      folder,
      cloudUrl: cloud.url,
      cloudToken: cloud.token,
      leaseMs,
      ...(firestore ? { firestore } : {}),
    };
    return new SharedEnvironment(await open(folder), cloud, settings, env);
  }

  /** Starts another process, which takes over unfinished runs. @param cloudUrl alternative Compute Engine URL */
  async join(cloudUrl = this.cloud.url): Promise<Service> {
    const getLogLines: string[] = [];
    const instance = startService({
      name: `instance-${this.#instances.length}`,
      command: ['test/chaos/instance.ts', JSON.stringify({ ...this.#settings, cloudUrl })],
      env: this.#env,
      logFile: join(this.#settings.folder, 'log'),
      onLine: (line) => getLogLines.push(line),
    });
    this.#instances.push(instance);
    this.#getLogLines.set(instance, getLogLines);
    await instance.url;
    return instance;
  }

  getLogLines(instance: Service): readonly string[] {
    return this.#getLogLines.get(instance) ?? [];
  }

  /** Suspends the next process that reaches this point (`step-key:point`). */
  stopAt(point: string): void {
    writeFileSync(join(this.#settings.folder, 'stop-at'), point);
  }

  /** Suspends a process, but not during a SQLite write: the file would stay locked until the process resumes. */
  async suspend(instance: Service): Promise<void> {
    for (;;) {
      instance.kill('SIGSTOP');
      if (!this.#isBeingWritten()) return;
      instance.kill('SIGCONT');
      await sleep(20);
    }
  }

  #isBeingWritten(): boolean {
    if (this.#settings.firestore) return false;
    const db = new DatabaseSync(join(this.#settings.folder, 'store.sqlite'), { timeout: 100 });
    try {
      db.exec('BEGIN IMMEDIATE');
      db.exec('ROLLBACK');
      return false;
    } catch {
      return true;
    } finally {
      db.close();
    }
  }

  isStopped({ pid }: Service): boolean {
    return / T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/\(.*\)/, ''));
  }

  async create(): Promise<string> {
    const spec = specOf({ version: '1.34.10', machineType: 'e2-standard-2', controllers: 1, workers: 0 });
    const answer = await this.clusterService.createCluster({ spec, requester, channel: 'C1' });
    if (!('run' in answer)) throw new Error(`create was rejected: ${JSON.stringify(answer)}`);
    return answer.run;
  }

  async delete(): Promise<string> {
    const answer = await this.clusterService.deleteCluster('demo', requester, 'C1');
    if (!('run' in answer)) throw new Error(`delete was rejected: ${JSON.stringify(answer)}`);
    return answer.run;
  }

  async isFinished(run: string): Promise<boolean> {
    return (await this.store.read('run', run))?.value.open === false;
  }

  async events(run: string): Promise<EngineEvent[]> {
    return (await this.store.readEvents(run)).map(({ event }) => event);
  }

  /** The process that left each mark, as `MARK PID`. */
  marks(): string[] {
    return readFileSync(join(this.#settings.folder, 'marks'), 'utf8').trim().split('\n');
  }

  /** Insert requests by resource, whether or not they had an effect. */
  countInserts(): Record<string, number> {
    return Object.fromEntries(
      Object.entries(this.cloud.faults.callCounts).filter(
        ([call]) => call.startsWith('POST ') && !/\/wait$|setLabels$/.test(call),
      ),
    );
  }

  /** @param path after the project */
  fetchCompute(path: string): Promise<Response> {
    const headers = { authorization: `Bearer ${this.cloud.token}` };
    return fetch(`${this.cloud.url}/compute/v1/projects/kthw-local/${path}`, { headers });
  }

  /** Number of operations of a kind on a resource. */
  async operations(scope: string, type: string, target: string): Promise<number> {
    const response = await this.fetchCompute(`${scope}/operations`);
    const { items = [] } = (await response.json()) as { items?: { operationType: string; targetLink: string }[] };
    return items.filter((one) => one.operationType === type && one.targetLink.endsWith(`/${target}`)).length;
  }

  async close(): Promise<void> {
    for (const instance of this.#instances) instance.kill('SIGKILL');
    await Promise.all(this.#instances.map(({ exitReason }) => exitReason));
    await this.store.close();
    await this.cloud.close();
    rmSync(this.#settings.folder, { recursive: true, force: true });
  }
}

function throwAsUnavailable(): never {
  throw new Error('the service executes no steps');
}
