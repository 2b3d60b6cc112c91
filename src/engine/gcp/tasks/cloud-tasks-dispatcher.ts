import type { Dispatcher, DispatcherDeps } from '../../workflow/dispatcher.ts';
import type { RunnerExit } from '../../workflow/runner.ts';
import { listUnfinishedRuns } from '../../workflow/unfinished-runs.ts';
import { getTriggerSeq, type RunTask } from './run-task.ts';
import { createTaskHandler, type TaskResult } from './task-handler.ts';
import { createTaskQueue, type TaskQueueOptions } from './task-queue.ts';

export interface CloudTasksOptions extends DispatcherDeps, Omit<TaskQueueOptions, 'deadlineMs'> {
  /** How long one request carries a run. App Engine ends a request after 10 minutes. @default 480_000 */
  readonly sliceMs?: number;
  /** How long to leave a run that somebody else has, or that another must finish before. @default 5_000 */
  readonly retryDelayMs?: number;
}

const path = '/internal/run';
/** For the end of a slice: to put down the tools, say so and add the next task. */
const shutdownMarginMs = 115_000;

/**
 * Runs in the instances of an App Engine service, one slice a request, called by a queue of Cloud Tasks. Whatever happens
 * to an instance, an unfinished task is delivered again; whatever is delivered twice, the lease lets one act. So a run
 * goes on as long as it has one task. What waits for a person has one for the moment at which the question ends.
 */
export function createCloudTasksDispatcher(options: CloudTasksOptions): Dispatcher {
  const { store, executeRun, log, clock, queue: name, sliceMs = 480_000, retryDelayMs = 5_000 } = options;
  const queue = createTaskQueue({ ...options, deadlineMs: sliceMs + shutdownMarginMs });
  const stopping = new AbortController();
  const activeRuns = new Set<string>();
  const pendingWork = new Set<Promise<unknown>>();

  /** Of a run of which nothing is known yet. */
  async function addTask(run: string, cause: 'requested' | 'start'): Promise<void> {
    const triggerSeq = getTriggerSeq(await store.readEvents(run));
    await queue.add({ run, triggerSeq, cause, attempt: 0 }, path, undefined);
  }

  async function handleTask(task: RunTask): Promise<TaskResult> {
    const { run } = task;
    // The instance is going away: another gets it.
    if (stopping.signal.aborted) return { failed: 'stopping' };
    try {
      const exit = await runSlice(task);
      await addFollowUpTask(task, exit);
      log({ ...task, exit }, 'a task is done');
      return { done: exit };
    } catch (error) {
      log({ run, error }, 'a run was put down by an error; its task is delivered again');
      return { failed: 'error' };
    }
  }

  async function runSlice({ run }: RunTask): Promise<RunnerExit> {
    // The lease is the process's, so it does not keep two requests of one process apart.
    if (activeRuns.has(run)) return 'busy';
    activeRuns.add(run);
    const finishedController = new AbortController();
    const sliceController = new AbortController();
    const timer = clock.sleep(sliceMs, finishedController.signal).then(
      () => sliceController.abort(),
      () => {},
    );
    try {
      return await executeRun(run, AbortSignal.any([stopping.signal, sliceController.signal]));
    } finally {
      finishedController.abort();
      await timer;
      activeRuns.delete(run);
    }
  }

  /** Adds what must follow before the task counts as done. */
  async function addFollowUpTask(
    { run, triggerSeq: previousSeq, cause: taskCause, attempt }: RunTask,
    exit: RunnerExit,
  ): Promise<void> {
    if (exit === 'over') return;
    const events = await store.readEvents(run, Math.max(0, previousSeq - 1));
    const triggerSeq = getTriggerSeq(events, previousSeq);
    // However many tasks meet in one turn, they go on as one; only a task that looked in vain needs a new name.
    const addNext = (cause: RunTask['cause'], scheduledAt?: Date) => {
      const nextAttempt = triggerSeq === previousSeq && cause === taskCause ? attempt + 1 : 0;
      return queue.add({ run, triggerSeq, cause, attempt: nextAttempt }, path, scheduledAt);
    };
    switch (exit) {
      case 'stopped':
        return await addNext('timeSliceEnded');
      case 'busy':
      case 'later':
      case 'lost':
        return await addNext('retry', new Date(+clock.now() + retryDelayMs));
      case 'parked': {
        const approvalRequest = events.findLast(({ event }) => event.type === 'approval.requested')?.event;
        if (approvalRequest?.type !== 'approval.requested') return;
        return await addNext(
          'approvalExpired',
          new Date(Math.max(Date.parse(approvalRequest.expiresAt), +clock.now() + retryDelayMs)),
        );
      }
      default:
        return exit satisfies never;
    }
  }

  function trackWork<T>(work: Promise<T>): Promise<T> {
    const completion = work.catch(() => {}).finally(() => pendingWork.delete(completion));
    pendingWork.add(completion);
    return work;
  }

  return {
    wake(run) {
      trackWork(addTask(run, 'requested')).catch((error: unknown) =>
        log({ run, error }, 'adding a task; the next start of a process adds one for every run that is not over'),
      );
    },
    async start() {
      for (const run of await listUnfinishedRuns(store)) await addTask(run, 'start');
    },
    async stop() {
      stopping.abort();
      while (pendingWork.size > 0) await Promise.all(pendingWork);
    },
    routes: [
      {
        path,
        method: 'POST',
        handler: createTaskHandler(name.split('/').at(-1) ?? '', (task) => trackWork(handleTask(task))),
      },
    ],
  };
}
