import { randomUUID } from 'node:crypto';
import type { CreateDefaults } from '../../src/commands/command.ts';
import { openDesk } from '../../src/engine/desk.ts';
import type { Desk, RunView } from '../../src/engine/desk-types.ts';
import { definePhase, type Phase, present } from '../../src/engine/phase.ts';
import { defaultVersion, mirroredVersion } from '../../src/engine/releases.ts';
import type { EngineEvent, Fault } from '../../src/store/events.ts';
import type { ClusterSpec } from '../../src/store/records.ts';
import { Secret } from '../../src/store/secret.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import type { FakeClock } from './fake-clock.ts';

export const asker = { team: 'T1', user: 'U1' };
export const channel = 'C1';

export function aSpec(change: Partial<ClusterSpec> = {}): ClusterSpec {
  const { versions: _, phases: __, ...rest } = defaults();
  return { name: 'demo', forceSize: false, ...rest, ...change };
}

export function defaults(): CreateDefaults {
  return {
    region: 'us-west1',
    zone: 'us-west1-c',
    machineType: 'e2-standard-2',
    controllers: 3,
    workers: 3,
    version: mirroredVersion,
    versions: [mirroredVersion, defaultVersion],
    subnet: '10.240.0.0/24',
    podCidr: '10.200.0.0/16',
    serviceCidr: '10.32.0.0/24',
    sshRanges: ['0.0.0.0/0'],
    phases: ['network', 'controllers', 'etcd'],
  };
}

/** Two phases of two steps each: enough for order, ends and troubles. */
export const twoPhases: readonly Phase[] = [
  aPhase('network', 'Network', 3, []),
  aPhase('etcd', 'etcd', 7, ['network']),
];

function aPhase(name: string, title: string, chapter: number, after: readonly string[]): Phase {
  const step = (n: string) => ({
    key: `${name}/${n}`,
    title: `${title} ${n}`,
    observe: async () => present(),
    apply: async () => {},
    remove: async () => {},
  });
  return definePhase({ name, title, chapter, after, steps: () => [step('a'), step('b')] });
}

export interface ARun {
  readonly store: Store;
  readonly desk: Desk;
  readonly run: string;
  /** Stores what happened, as the engine does. */
  tell(...events: readonly EngineEvent[]): Promise<void>;
  view(): Promise<RunView>;
}

/** The real desk, on a store, for phases that nothing carries out. */
export function aDesk(store: Store, now: () => Date, poke: (run: string) => void = () => {}): Desk {
  return openDesk({
    store,
    phases: twoPhases,
    now,
    poke,
    typeProblem: async () => undefined,
    doctor: () => Promise.reject(new Error('not here')),
    sight: () => Promise.reject(new Error('not here')),
    withdrawRevoked: async () => {},
    issueKubeconfig: async (_, { user }) => ({
      file: new Secret('kind: Config # the secret'),
      endsAt: new Date(+now() + 24 * 3_600_000),
      commonName: `slack:T1:${user}`,
    }),
  });
}

/** A create that was asked for, on the real desk and a real store. */
export async function aRun(clock: FakeClock, poke: (run: string) => void = () => {}): Promise<ARun> {
  const store = openSqliteStore({ path: ':memory:' });
  const desk = aDesk(store, () => clock.now(), poke);
  const answer = await desk.create({ spec: aSpec(), by: asker, channel });
  if (!('run' in answer)) throw new Error('the cluster is held');
  const { run } = answer;
  return {
    store,
    desk,
    run,
    async tell(...events) {
      await store.append(run, events);
      poke(run);
    },
    async view() {
      const view = await desk.runView(run);
      if (!view) throw new Error('no such run');
      return view;
    },
  };
}

/** The cluster's record once a create has made it. */
export async function settleReady({ store, run }: ARun): Promise<void> {
  const found = await store.read('cluster', 'demo');
  if (!found) throw new Error('no such cluster');
  const { holding: _, ...rest } = found.value;
  await store.write('cluster', 'demo', { ...rest, state: 'ready' }, found.version);
  const record = await store.read('run', run);
  if (record) await store.write('run', run, { ...record.value, open: false }, record.version);
}

export function started(step: string): EngineEvent {
  return { type: 'step.started', step, attempt: 1, request: randomUUID() };
}

export function finished(step: string): EngineEvent {
  return { type: 'step.finished', step, outcome: 'applied', facts: [] };
}

export function failed(step: string, fault: Partial<Fault> = {}, retryAt?: Date): EngineEvent {
  return { type: 'step.failed', step, fault: aFault(fault), ...(retryAt ? { retryAt: retryAt.toISOString() } : {}) };
}

export function aFault(change: Partial<Fault> = {}): Fault {
  return {
    code: 'quota',
    kind: 'denied',
    message: 'network: a quota of the project is used up',
    next: 'ask for more, then `/kthw resume`',
    ...change,
  };
}

/** Everything that happens in a create that makes it, after it was asked for. */
export function wholeCreate(): EngineEvent[] {
  const keys = ['network/a', 'network/b', 'etcd/a', 'etcd/b'];
  return [
    { type: 'run.taken', runner: 'r1' },
    ...keys.flatMap((key) => [started(key), finished(key)]),
    { type: 'run.finished', as: 'succeeded' },
  ];
}
