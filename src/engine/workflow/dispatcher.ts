import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Store } from '../../store/store.ts';
import type { PutDown } from './runner.ts';
import type { Clock } from './step.ts';
import { unfinishedRuns } from './unfinished-runs.ts';

/** Who calls the runner next. */
export interface Dispatcher {
  /** Something happened to a run: somebody should carry it forward. Returns at once. */
  poke(run: string): void;
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
export interface DispatcherParts {
  readonly store: Store;
  drive(run: string, signal: AbortSignal): Promise<PutDown>;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  readonly clock: Clock;
}

interface Options extends Omit<DispatcherParts, 'clock'> {
  readonly clock: Pick<Clock, 'sleep'>;
  /** How long to leave a run that somebody else has, or that another must finish before. @default 2_000 */
  readonly againMs?: number;
}

const parkedMs = 60_000;

/** Runs in this very process, for one machine. */
export function inProcessDispatcher({ store, drive, log, clock, againMs = 2_000 }: Options): Dispatcher {
  const stopping = new AbortController();
  const running = new Map<string, Promise<void>>();
  const pokedMeanwhile = new Set<string>();
  const left = new Set<string>();

  function poke(run: string): void {
    if (stopping.signal.aborted) return;
    if (running.has(run)) {
      pokedMeanwhile.add(run);
      return;
    }
    running.set(run, carry(run));
  }

  async function carry(run: string): Promise<void> {
    let end: PutDown | 'broken';
    try {
      end = await drive(run, stopping.signal);
    } catch (error) {
      log({ run, error }, 'a run was put down by an error; it is taken up again');
      end = 'broken';
    }
    running.delete(run);
    if (pokedMeanwhile.delete(run)) poke(run);
    else if (end === 'busy' || end === 'later' || end === 'lost' || end === 'broken') again(run, againMs);
    // An answer pokes it at once; this sees to it that a question that nobody answered ends.
    else if (end === 'parked') again(run, parkedMs);
  }

  function again(run: string, inMs: number): void {
    // One wait a run, however often it is poked meanwhile.
    if (stopping.signal.aborted || left.has(run)) return;
    left.add(run);
    const goOn = () => {
      left.delete(run);
      poke(run);
    };
    clock.sleep(inMs, stopping.signal).then(goOn, () => {});
  }

  return {
    poke,
    async start() {
      for (const run of await unfinishedRuns(store)) poke(run);
    },
    async stop() {
      stopping.abort();
      await Promise.all(running.values());
    },
  };
}
