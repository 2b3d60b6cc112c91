import type { Dispatcher, DispatcherDeps } from '../../workflow/dispatcher.ts';
import type { RunnerExit } from '../../workflow/runner.ts';
import { listUnfinishedRuns } from '../../workflow/unfinished-runs.ts';
import { getTriggerSeq, type RunTask } from './run-task.ts';
import { createTaskHandler, type TaskResult } from './task-handler.ts';
import { createTaskQueue, type TaskQueueOptions } from './task-queue.ts';

interface CloudTasksOptions extends DispatcherDeps, Omit<TaskQueueOptions, 'deadlineMs'> {
  /** Maximum time that one request executes a run. App Engine aborts requests after 10 minutes. @default 480_000 */
  readonly sliceMs?: number;
  /** Delay before retrying a run that is leased elsewhere or blocked by another run. @default 5_000 */
  readonly retryDelayMs?: number;
}

const path = '/internal/run';
/** Time to stop running steps, record the state and enqueue the next task after a slice. */
const shutdownMarginMs = 115_000;

/**
 * Executes runs on App Engine, one time slice per Cloud Tasks request. Cloud Tasks redelivers unfinished tasks after an
 * instance failure, and the lease makes duplicate deliveries harmless. A run therefore continues as long as it has one task.
 * A run that waits for approval has a task scheduled for the expiry of the request.
 */
export function createCloudTasksDispatcher(options: CloudTasksOptions): Dispatcher {
  const { store, executeRun, log, clock, queue: name, sliceMs = 480_000, retryDelayMs = 5_000 } = options;
  const queue = createTaskQueue({ ...options, deadlineMs: sliceMs + shutdownMarginMs });
  const stopping = new AbortController();
  const activeRuns = new Set<string>();
  const pendingWork = new Set<Promise<unknown>>();

  /** Enqueues a task based on the current events of the run. */
  async function addTask(run: string, cause: 'requested' | 'start'): Promise<void> {
    const triggerSeq = getTriggerSeq(await store.readEvents(run));
    await queue.add({ run, triggerSeq, cause, attempt: 0 }, path, undefined);
  }

  async function handleTask(task: RunTask): Promise<TaskResult> {
    const { run } = task;
    // This instance is shutting down; Cloud Tasks delivers the task to another one.
    if (stopping.signal.aborted) return { failed: 'stopping' };
    try {
      const exit = await runSlice(task);
      await addFollowUpTask(task, exit);
      log({ ...task, exit }, 'task completed');
      return { done: exit };
    } catch (error) {
      log({ run, error }, 'run aborted by an error; the task will be redelivered');
      return { failed: 'error' };
    }
  }

  async function runSlice({ run }: RunTask): Promise<RunnerExit> {
    // The lease belongs to the process, so it does not separate two requests of one process.
    if (activeRuns.has(run)) return 'locked';
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

  /** Enqueues the follow-up task before the current one is acknowledged. */
  async function addFollowUpTask(
    { run, triggerSeq: previousSeq, cause: taskCause, attempt }: RunTask,
    exit: RunnerExit,
  ): Promise<void> {
    if (exit === 'completed') return;
    const events = await store.readEvents(run, Math.max(0, previousSeq - 1));
    const triggerSeq = getTriggerSeq(events, previousSeq);
    // Concurrent tasks with the same trigger and cause merge into one. Only a retry of the same trigger needs a new name.
    const addNext = (cause: RunTask['cause'], scheduledAt?: Date) => {
      const nextAttempt = triggerSeq === previousSeq && cause === taskCause ? attempt + 1 : 0;
      return queue.add({ run, triggerSeq, cause, attempt: nextAttempt }, path, scheduledAt);
    };
    switch (exit) {
      case 'aborted':
        return await addNext('timeSliceEnded');
      case 'locked':
      case 'blocked':
      case 'leaseLost':
        return await addNext('retry', new Date(+clock.now() + retryDelayMs));
      case 'waiting': {
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
        log({ run, error }, 'could not enqueue a task; the next process start enqueues one for each unfinished run'),
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
