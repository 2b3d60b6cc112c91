import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Store } from '../../store/store.ts';
import type { RunnerExit } from './runner.ts';
import type { Clock } from './step.ts';
import { listUnfinishedRuns } from './unfinished-runs.ts';

/** Decides when runs are executed, and by which process. */
export interface Dispatcher {
  /** Executes a run because something changed. Returns immediately. */
  wake(run: string): void;
  /** Executes all unfinished runs. */
  start(): Promise<void>;
  /** Stops runs so that another process can continue them. A second call waits for runs that were woken since. */
  stop(): Promise<void>;
  /** HTTP routes for dispatchers that are called over HTTP. */
  readonly routes?: readonly {
    readonly path: string;
    readonly method: string;
    handler(request: IncomingMessage, response: ServerResponse): void;
  }[];
}

export interface DispatcherDeps {
  readonly store: Store;
  executeRun(run: string, signal: AbortSignal): Promise<RunnerExit>;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  readonly clock: Clock;
}

interface InProcessDispatcherOptions extends Omit<DispatcherDeps, 'clock'> {
  readonly clock: Pick<Clock, 'sleep'>;
  /** Delay before retrying a run that is leased elsewhere or blocked by another run. @default 2_000 */
  readonly retryDelayMs?: number;
}

const waitingRecheckMs = 60_000;

/** Executes runs in this process, for single-process mode. */
export function createInProcessDispatcher({
  store,
  executeRun,
  log,
  clock,
  retryDelayMs = 2_000,
}: InProcessDispatcherOptions): Dispatcher {
  const stopping = new AbortController();
  const running = new Map<string, Promise<void>>();
  const pendingWakes = new Set<string>();
  const scheduledWakes = new Set<string>();

  function wake(run: string): void {
    if (stopping.signal.aborted) return;
    if (running.has(run)) {
      pendingWakes.add(run);
      return;
    }
    running.set(run, processRun(run));
  }

  async function processRun(run: string): Promise<void> {
    let exit: RunnerExit | 'failed';
    try {
      exit = await executeRun(run, stopping.signal);
    } catch (error) {
      log({ run, error }, 'run failed with an internal error; retrying');
      exit = 'failed';
    }
    running.delete(run);
    if (pendingWakes.delete(run)) wake(run);
    else if (exit === 'locked' || exit === 'blocked' || exit === 'leaseLost' || exit === 'failed')
      scheduleWake(run, retryDelayMs);
    // A decision wakes the run at once. This recheck ends a run whose approval request expired.
    else if (exit === 'waiting') scheduleWake(run, waitingRecheckMs);
  }

  function scheduleWake(run: string, delayMs: number): void {
    // At most one scheduled wake for each run.
    if (stopping.signal.aborted || scheduledWakes.has(run)) return;
    scheduledWakes.add(run);
    const onTimer = () => {
      scheduledWakes.delete(run);
      wake(run);
    };
    clock.sleep(delayMs, stopping.signal).then(onTimer, () => {});
  }

  return {
    wake,
    async start() {
      for (const run of await listUnfinishedRuns(store)) wake(run);
    },
    async stop() {
      stopping.abort();
      await Promise.all(running.values());
    },
  };
}
