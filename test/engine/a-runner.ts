import type { Phase } from '../../src/engine/phase.ts';
import { drive, type PutDown, type RunnerOptions } from '../../src/engine/runner.ts';
import type { EngineEvent } from '../../src/store/events.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { VirtualClock } from '../doubles/clock.ts';
import { clusterRecord, runRecord } from '../support/store-fixtures.ts';
import { aCluster } from './a-cluster.ts';
import { nothingThere } from './nothing-there.ts';

/** A run on a store in memory, and runners that carry out phases which a test made up. */
export class Bench {
  readonly clock = new VirtualClock();
  readonly store: Store = openSqliteStore({ path: ':memory:', now: this.clock.now });
  readonly run = 'run-1';
  readonly logged: string[] = [];

  async begin(operation = 'create'): Promise<void> {
    const { release: _, controllerMachines: __, workerMachines: ___, machines: ____, ...spec } = aCluster();
    await this.store.write('run', this.run, runRecord({ spec, operation }), undefined);
    await this.store.append(this.run, [{ type: 'run.requested', operation, by: { team: 'T1', user: 'U1' } }]);
    await this.store.write('cluster', 'demo', clusterRecord({ spec, holding: this.run, runs: [this.run] }), undefined);
  }

  /** One runner carries the run as far as it goes. */
  drive(
    phases: readonly Phase[],
    changes: Partial<RunnerOptions> = {},
    signal = new AbortController().signal,
  ): Promise<PutDown> {
    const options: RunnerOptions = {
      store: this.store,
      phases,
      holder: 'runner-1',
      clock: this.clock,
      random: () => 0.5,
      leaseMs: 30_000,
      approvalMs: 60_000,
      // The steps of these tests use nothing of it.
      world: async () => ({ tools: { mirror: undefined, ...nothingThere() } as never, close: async () => {} }),
      told: () => {},
      log: (fields, message) => void this.logged.push(`${message}: ${String(fields.error)}`),
      killPoint: () => {},
      ...changes,
    };
    return drive(this.run, options, signal);
  }

  async events(): Promise<EngineEvent[]> {
    return (await this.store.events(this.run)).map(({ event }) => event);
  }

  /** The types of events, with the step where there is one. */
  async story(): Promise<string[]> {
    return (await this.events()).map((event) => ('step' in event ? `${event.type} ${event.step}` : event.type));
  }
}
