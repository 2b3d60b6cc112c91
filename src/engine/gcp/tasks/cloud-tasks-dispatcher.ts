import type { Dispatcher, DispatcherParts } from '../../workflow/dispatcher.ts';
import type { PutDown } from '../../workflow/runner.ts';
import { unfinishedRuns } from '../../workflow/unfinished-runs.ts';
import { type Look, turnOf } from './run-task.ts';
import { type Taken, taskEndpoint } from './task-handler.ts';
import { openQueue, type QueueOptions } from './task-queue.ts';

export interface CloudTasksOptions extends DispatcherParts, Omit<QueueOptions, 'deadlineMs'> {
  /** How long one request carries a run. App Engine ends a request after 10 minutes. @default 480_000 */
  readonly sliceMs?: number;
  /** How long to leave a run that somebody else has, or that another must finish before. @default 5_000 */
  readonly againMs?: number;
}

const path = '/internal/run';
/** For the end of a slice: to put down the tools, say so and add the next task. */
const endingMs = 115_000;

/**
 * Runs in the instances of an App Engine service, one slice a request, called by a queue of Cloud Tasks. Whatever happens
 * to an instance, an unfinished task is delivered again; whatever is delivered twice, the lease lets one act. So a run
 * goes on as long as it has one task. What waits for a person has one for the moment at which the question ends.
 */
export function cloudTasksDispatcher(options: CloudTasksOptions): Dispatcher {
  const { store, drive, log, clock, queue: name, sliceMs = 480_000, againMs = 5_000 } = options;
  const queue = openQueue({ ...options, deadlineMs: sliceMs + endingMs });
  const stopping = new AbortController();
  const underWay = new Set<string>();
  const pending = new Set<Promise<unknown>>();

  /** Of a run of which nothing is known yet. */
  async function add(run: string, cause: 'asked' | 'start'): Promise<void> {
    const turn = turnOf(await store.events(run));
    await queue.add({ run, turn, cause, nth: 0 }, path, undefined);
  }

  async function take(look: Look): Promise<Taken> {
    const { run } = look;
    // The instance is going away: another gets it.
    if (stopping.signal.aborted) return { failed: 'stopping' };
    try {
      const end = await carry(look);
      await follow(look, end);
      log({ ...look, end }, 'a task is done');
      return { done: end };
    } catch (error) {
      log({ run, error }, 'a run was put down by an error; its task is delivered again');
      return { failed: 'error' };
    }
  }

  async function carry({ run }: Look): Promise<PutDown> {
    // The lease is the process's, so it does not keep two requests of one process apart.
    if (underWay.has(run)) return 'busy';
    underWay.add(run);
    const over = new AbortController();
    const slice = new AbortController();
    const timing = clock.sleep(sliceMs, over.signal).then(
      () => slice.abort(),
      () => {},
    );
    try {
      return await drive(run, AbortSignal.any([stopping.signal, slice.signal]));
    } finally {
      over.abort();
      await timing;
      underWay.delete(run);
    }
  }

  /** Adds what must follow before the task counts as done. */
  async function follow({ run, turn: before, cause: lookedFor, nth }: Look, end: PutDown): Promise<void> {
    if (end === 'over') return;
    const events = await store.events(run, Math.max(0, before - 1));
    const turn = turnOf(events, before);
    // However many tasks meet in one turn, they go on as one; only a task that looked in vain needs a new name.
    const then = (cause: Look['cause'], due?: Date) => {
      const inVain = turn === before && cause === lookedFor ? nth + 1 : 0;
      return queue.add({ run, turn, cause, nth: inVain }, path, due);
    };
    switch (end) {
      case 'stopped':
        return await then('next');
      case 'busy':
      case 'later':
      case 'lost':
        return await then('again', new Date(+clock.now() + againMs));
      case 'parked': {
        const question = events.findLast(({ event }) => event.type === 'approval.asked')?.event;
        if (question?.type !== 'approval.asked') return;
        return await then('silence', new Date(Math.max(Date.parse(question.expiresAt), +clock.now() + againMs)));
      }
      default:
        return end satisfies never;
    }
  }

  function kept<T>(work: Promise<T>): Promise<T> {
    const settled = work.catch(() => {}).finally(() => pending.delete(settled));
    pending.add(settled);
    return work;
  }

  return {
    poke(run) {
      kept(add(run, 'asked')).catch((error: unknown) =>
        log({ run, error }, 'adding a task; the next start of a process adds one for every run that is not over'),
      );
    },
    async start() {
      for (const run of await unfinishedRuns(store)) await add(run, 'start');
    },
    async stop() {
      stopping.abort();
      while (pending.size > 0) await Promise.all(pending);
    },
    routes: [{ path, method: 'POST', handler: taskEndpoint(name.split('/').at(-1) ?? '', (look) => kept(take(look))) }],
  };
}
