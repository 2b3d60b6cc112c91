import { randomUUID } from 'node:crypto';
import type { ClusterService } from '../../src/engine/service/cluster-service.ts';
import { createEngine } from '../../src/engine/service/create-engine.ts';
import type { ExecuteStepDeps } from '../../src/engine/workflow/execute-step.ts';
import type { EngineEvent, StoredEvent } from '../../src/store/events.ts';
import { ClusterSpec, type RunRecord } from '../../src/store/records.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { buildCluster } from '../fixtures/cluster.ts';
import { FakeClock } from './clock.ts';
import { FakeCompute } from './compute.ts';
import { CrashingProcess } from './crashing-process.ts';
import { FakeDownloads } from './downloads.ts';
import { FakeKube } from './kube.ts';
import { FakeSsh } from './ssh-client.ts';
import { FakeVaults } from './vault.ts';

export interface Process {
  readonly clusterService: ClusterService;
  /** Executes all unfinished runs. */
  start(): Promise<void>;
  /** Stops gracefully, as after SIGTERM. */
  stop(): Promise<void>;
  /** Crashes the process: later calls have no effect. */
  kill(): Promise<void>;
}

interface RunEnvironmentOptions {
  /** @default a database in memory */
  readonly path?: string;
  /** @default components come from upstream */
  readonly mirror?: string;
}

interface ProcessOptions {
  /** Called at each kill point. `kill` crashes the process there. */
  readonly onKillPoint?: (step: string, point: Parameters<ExecuteStepDeps['killPoint']>[1], kill: () => never) => void;
  /** Called around each call to the store. `kill` crashes the process there. */
  readonly onStoreCall?: (call: string, when: 'before' | 'after', kill: () => void) => void;
}

/** Maximum duration of a run on the fake clock. */
const maxRunMs = 6 * 3_600_000;

/**
 * Everything that an engine uses, in memory: store, fakes and clock. Processes start and end over it, and their effects stay.
 */
export class RunEnvironment {
  readonly clock = new FakeClock();
  readonly store: Store;
  readonly compute = new FakeCompute(this.clock);
  readonly ssh = new FakeSsh(this.compute);
  readonly kube = new FakeKube(this.clock, this.compute, this.ssh);
  readonly vaults = new FakeVaults(this.clock);
  readonly downloads = new FakeDownloads();
  readonly mirror: string | undefined;
  readonly requester = { team: 'T1', user: 'U1' };
  readonly logLines: string[] = [];
  readonly #processes = new Set<Process>();

  constructor({ path = ':memory:', mirror }: RunEnvironmentOptions = {}) {
    this.mirror = mirror;
    this.store = openSqliteStore({ path, now: this.clock.now });
    this.compute.getInstanceHealth = (name) => (this.#isServing(name) ? 'HEALTHY' : 'UNHEALTHY');
  }

  /** A bot process without Slack. */
  createProcess({ onKillPoint = () => {}, onStoreCall = () => {} }: ProcessOptions = {}): Process {
    const crashingProcess = new CrashingProcess();
    const store = crashingProcess.wrap(this.store, (call, when) =>
      onStoreCall(call, when, () => crashingProcess.crash()),
    );
    const engine = createEngine({
      store,
      vaults: this.vaults.createProvider(store),
      compute: crashingProcess.wrap<FakeCompute>(this.compute),
      kube: crashingProcess.wrap<FakeKube>(this.kube),
      createSshClient: () => crashingProcess.wrap(this.ssh.createClient()),
      mirror: this.mirror,
      ...(this.mirror === undefined ? {} : { digests: () => 'a'.repeat(64) }),
      downloads: this.downloads,
      leaseOwner: randomUUID(),
      onEventsAppended: () => {},
      log: (fields, message) => void this.logLines.push(`${message}: ${String(fields.error)}`),
      clock: this.clock,
      killPoint: (step, point) =>
        onKillPoint(step, point, () => {
          crashingProcess.crash();
          throw new Error('this process has ended');
        }),
    });
    const process: Process = {
      clusterService: engine.clusterService,
      start: () => engine.dispatcher.start(),
      stop: () => engine.dispatcher.stop(),
      kill: async () => {
        crashingProcess.crash();
        await engine.dispatcher.stop();
      },
    };
    this.#processes.add(process);
    return process;
  }

  /** Waits until the run is closed, and approves its requests. @throws Error with the last events after six hours */
  async waitForRun(run: string): Promise<RunRecord> {
    const until = +this.clock.now() + maxRunMs;
    for (;;) {
      const [impossibleStep] = this.ssh.impossibleSteps;
      if (impossibleStep !== undefined) throw new Error(impossibleStep);
      const record = (await this.store.read('run', run))?.value;
      if (record && !record.open) return record;
      await this.#approvePending(run);
      if (+this.clock.now() > until)
        throw new Error(`run ${run} did not finish: ${await this.describeLastEvents(run)}`);
      await this.clock.sleep(500, new AbortController().signal);
    }
  }

  /** Outcome of a run; undefined until it finished. */
  async getOutcome(run: string): Promise<string | undefined> {
    const ends = (await this.listEvents(run, 'run.finished')).map((event) => event.outcome);
    return ends.at(-1);
  }

  async listEvents<T extends EngineEvent['type']>(run: string, type: T): Promise<Extract<EngineEvent, { type: T }>[]> {
    const events = await this.store.readEvents(run);
    return events.flatMap(({ event }) => (event.type === type ? [event as Extract<EngineEvent, { type: T }>] : []));
  }

  /** The last four events as JSON, for assertion messages. */
  async describeLastEvents(run: string): Promise<string> {
    const events: readonly StoredEvent[] = await this.store.readEvents(run);
    return JSON.stringify(events.slice(-4).map(({ event }) => event));
  }

  /** Creates a cluster and waits until the run finishes. */
  async createCluster(process: Process, changes: Partial<ClusterSpec> = {}): Promise<string> {
    return await this.finishRun(
      process.clusterService.createCluster({ spec: buildSpec(changes), requester: this.requester, channel: 'C1' }),
    );
  }

  /** Runs an operation again on an unlocked cluster, which users cannot request. */
  async repeatOperation(process: Process, operation: string, name = 'demo'): Promise<string> {
    const found = await this.store.read('cluster', name);
    if (!found) throw new Error(`there is no cluster "${name}"`);
    const { spec, createdBy, channel, runs } = found.value;
    const run = `again-${runs.length}`;
    const requestedAt = this.clock.now().toISOString();
    await this.store.write(
      'run',
      run,
      { cluster: name, operation, spec, requestedBy: createdBy, channel, requestedAt, open: true },
      undefined,
    );
    await this.store.append(run, [{ type: 'run.requested', operation, actor: createdBy }]);
    await this.store.write('cluster', name, { ...found.value, activeRun: run, runs: [...runs, run] }, found.version);
    await process.start();
    await this.waitForRun(run);
    return run;
  }

  /** Waits for a requested run. @throws Error when the request started none */
  async finishRun(request: Promise<object>): Promise<string> {
    const answer = await request;
    if (!('run' in answer)) throw new Error(`no run was started: ${JSON.stringify(answer)}`);
    await this.waitForRun(String(answer.run));
    return String(answer.run);
  }

  /** Cancels all planned faults. */
  clearFaults(): void {
    this.compute.faults.clear();
    this.kube.faults.clear();
    this.kube.missingImages.clear();
    this.ssh.clearFaults();
    this.downloads.failures.length = 0;
  }

  async close(): Promise<void> {
    for (const process of this.#processes) await process.kill();
    await this.store.close();
  }

  /** Approves the pending approval request of a run. */
  async #approvePending(run: string): Promise<void> {
    const { event } = (await this.store.readEvents(run)).at(-1) ?? {};
    const process = [...this.#processes].at(-1);
    if (event?.type === 'approval.requested')
      await process?.clusterService.decideApproval(run, event.digest, this.requester, true);
  }

  #isServing(name: string): boolean {
    const machine = this.ssh.findHostByAddress(
      this.compute.listInstances().find((m) => m.name === name)?.externalAddress ?? '',
    );
    return ['kube-apiserver', 'nginx'].every((service) => machine?.runningServices.has(service));
  }
}

/** A cluster spec, by default with one controller and one worker. */
export function buildSpec(changes: Partial<ClusterSpec> = {}): ClusterSpec {
  return ClusterSpec.parse(buildCluster({ controllers: 1, workers: 1, ...changes }));
}
