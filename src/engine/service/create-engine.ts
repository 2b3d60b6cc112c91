import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterSpec } from '../../store/records.ts';
import { onceBack } from '../../store/retry-until-available.ts';
import type { Store } from '../../store/store.ts';
import type { Vaults } from '../../store/vault/vault.ts';
import { clusterOf } from '../cluster/cluster.ts';
import { sightOf } from '../diagnostics/cluster-snapshot.ts';
import { examineCluster } from '../diagnostics/diagnose-cluster.ts';
import type { Cloud } from '../gcp/compute/compute-client.ts';
import type { Kube } from '../kubernetes/kube-client.ts';
import { typeProblem } from '../phases/preflight.ts';
import { phases } from '../phases/registry.ts';
import type { Remote } from '../ssh/ssh-client.ts';
import type { Hinges } from '../ssh-access/ssh-access.ts';
import { type DoorRemote, shutDoor, throughDoor } from '../ssh-access/ssh-access-remote.ts';
import { type Dispatcher, type DispatcherParts, inProcessDispatcher } from '../workflow/dispatcher.ts';
import type { StepTools } from '../workflow/execute-step.ts';
import { drive } from '../workflow/runner.ts';
import type { Clock } from '../workflow/step.ts';
import { openDesk } from './cluster-service.ts';
import type { Desk } from './cluster-service-types.ts';
import { issueKubeconfig, withdrawRevoked } from './issue-kubeconfig.ts';

export interface EngineOptions {
  readonly store: Store;
  readonly vaults: Vaults;
  readonly cloud: Cloud;
  readonly kube: Kube;
  /** Opens connections to the machines of one run. */
  openRemote(): Remote;
  readonly mirror: string | undefined;
  /** This process, unique among all that ever ran. */
  readonly holder: string;
  /** Told whenever a run has news. */
  told(run: string): void;
  readonly log: StepTools['log'];
  /** Who calls the runner. @default this process */
  readonly dispatch?: (parts: DispatcherParts) => Dispatcher;
  /** @default none */
  readonly killPoint?: StepTools['killPoint'];
  /** @default 30_000 */
  readonly leaseMs?: number;
  /** How long a question waits for an answer. @default 30 minutes */
  readonly approvalMs?: number;
  /** @default the system's */
  readonly clock?: Clock;
}

export interface Engine {
  readonly desk: Desk;
  readonly dispatcher: Dispatcher;
}

/** The engine in this process: the desk that commands ask, and the dispatcher that carries runs forward. */
export function openEngine(options: EngineOptions): Engine {
  const {
    store,
    vaults,
    cloud,
    kube,
    mirror,
    log,
    told,
    clock = systemClock,
    dispatch = inProcessDispatcher,
  } = options;
  const inner = dispatch({
    store,
    log,
    clock,
    drive: (run, signal) =>
      drive(
        run,
        {
          store,
          phases,
          holder: options.holder,
          clock,
          random: Math.random,
          leaseMs: options.leaseMs ?? 30_000,
          approvalMs: options.approvalMs ?? 30 * 60_000,
          told,
          log: (fields, message) => log({ run, ...fields }, message),
          killPoint: options.killPoint ?? (() => {}),
          async world({ cluster, spec }) {
            const remote = remoteOf(spec);
            return { tools: { cloud, kube, mirror, remote, vault: vaults.of(cluster) }, close: () => remote.close() };
          },
        },
        signal,
      ),
  });

  /** Machines of a cluster, through its door; whoever leaves shuts it where nobody needs it any more. */
  function remoteOf(spec: ClusterSpec): DoorRemote {
    const hinges: Hinges = { cloud, vault: vaults.of(spec.name), cluster: clusterOf(spec) };
    const remote = throughDoor(options.openRemote(), { ...hinges, clock });
    return {
      ...remote,
      async close() {
        await remote.close();
        try {
          const record = (await store.read('cluster', spec.name))?.value;
          const isIdle = record?.state === 'ready' && record.holding === undefined;
          if (isIdle) await shutDoor(hinges, AbortSignal.timeout(shutMs));
        } catch (error) {
          // Whoever comes next finds it open, and shuts it.
          log({ cluster: spec.name, error }, 'shutting ssh after a visit');
        }
      },
    };
  }

  /** For somebody who waits for one look at all machines, and not for the door. */
  async function openedRemote(spec: ClusterSpec): Promise<DoorRemote> {
    const remote = remoteOf(spec);
    await remote.open(AbortSignal.timeout(openMs));
    return remote;
  }

  const stopping = new AbortController();
  const dispatcher: Dispatcher = {
    ...inner,
    start: () => onceBack(inner.start, () => clock.sleep(storeBackMs, stopping.signal)),
    async stop() {
      stopping.abort();
      await inner.stop();
    },
  };
  const lookAgain = oneAtATime(() =>
    dispatcher.start().catch((error: unknown) => log({ error }, 'looking for what the last requests left')),
  );
  const access = { store, vaults, kube, now: clock.now };
  const desk = openDesk({
    mirror,
    store,
    phases,
    now: clock.now,
    poke(run) {
      dispatcher.poke(run);
      told(run);
    },
    lookAgain,
    typeProblem: ({ machineType, zone }) => typeProblem(cloud, { name: machineType, zone }),
    doctor: (record, facts) =>
      examineCluster({ cloud, kube, vault: vaults.of(record.spec.name), openRemote: openedRemote }, record, facts),
    sight: ({ spec }, facts) =>
      sightOf({ cloud, kube, vault: vaults.of(spec.name), openRemote: openedRemote }, spec, facts),
    issueKubeconfig: (record, by, hours) => issueKubeconfig(access, record, by, hours),
    withdrawRevoked: (record) => withdrawRevoked(access, record),
  });
  return { desk, dispatcher };
}

function oneAtATime(work: () => Promise<void>): () => void {
  let busy = false;
  return () => {
    if (busy) return;
    busy = true;
    void work().finally(() => {
      busy = false;
    });
  };
}

/** Google's operations take some seconds each, side by side. */
const openMs = 30_000;
const shutMs = 60_000;

/** How often to try whether the store is back. */
const storeBackMs = 2_000;

const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
};
