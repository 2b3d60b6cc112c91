import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Store } from '../../store/store.ts';
import type { RunnerExit } from './runner.ts';
import type { Clock } from './step.ts';
import { listUnfinishedRuns } from './unfinished-runs.ts';

/** Who calls the runner next. */
export interface Dispatcher {
  /** Something happened to a run: somebody should carry it forward. Returns at once. */
  wake(run: string): void;
  /** Takes up every run that is not over. */
  start(): Promise<void>;
  /** Puts down what is under way, to be taken up by the next process. Again: waits for what was poked since. */
  stop(): Promise<void>;
  /** What must be reachable on the process's port, for one that is called over HTTP. */
  readonly routes?: readonly {
    readonly path: string;
    readonly method: string;
    handler(request: IncomingMessage, response: ServerResponse): void;
  }[];
}

/** What every dispatcher works with. */
export interface DispatcherDeps {
  readonly store: Store;
  executeRun(run: string, signal: AbortSignal): Promise<RunnerExit>;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  readonly clock: Clock;
}

interface InProcessDispatcherOptions extends Omit<DispatcherDeps, 'clock'> {
  readonly clock: Pick<Clock, 'sleep'>;
  /** How long to leave a run that somebody else has, or that another must finish before. @default 2_000 */
  readonly retryDelayMs?: number;
}

const waitingRecheckMs = 60_000;

/** Runs in this very process, for one machine. */
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
    // An answer pokes it at once; this sees to it that a question that nobody answered ends.
    else if (exit === 'waiting') scheduleWake(run, waitingRecheckMs);
  }

  function scheduleWake(run: string, delayMs: number): void {
    // One wait a run, however often it is poked meanwhile.
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
