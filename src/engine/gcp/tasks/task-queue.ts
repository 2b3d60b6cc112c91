import type { CloudTasksClient } from '@google-cloud/tasks';
import { signIn } from '../compute/sign-in.ts';
import { buildTaskId, type RunTask } from './run-task.ts';

export interface TaskQueueOptions {
  /** As `projects/PROJECT/locations/LOCATION/queues/QUEUE`. */
  readonly queue: string;
  /** The address of a queue on this machine, as `http://127.0.0.1:8931`. @default Google's */
  readonly endpoint?: string;
  /** The App Engine service that takes the tasks. @default the application's default service */
  readonly service?: string;
  /** How long the service may take to answer, 15 s to 10 min. Later the task is delivered again. */
  readonly deadlineMs: number;
}

export interface TaskQueue {
  /** There already, or done within the last hour: no error. @throws what the client throws when the queue can't be reached */
  add(runTask: RunTask, path: string, scheduledAt: Date | undefined): Promise<void>;
}

/** What the client tries again for 30 s. Adding under a name can be repeated, so an unknown outcome is no trouble. */
const retry = {
  // unknown, deadline exceeded, resource exhausted, internal, unavailable
  retryCodes: [2, 4, 8, 13, 14],
  backoffSettings: {
    initialRetryDelayMillis: 100,
    retryDelayMultiplier: 2,
    maxRetryDelayMillis: 5_000,
    initialRpcTimeoutMillis: 10_000,
    rpcTimeoutMultiplier: 1,
    maxRpcTimeoutMillis: 10_000,
    totalTimeoutMillis: 30_000,
  },
};
const alreadyExists = 6;

/** A queue of Cloud Tasks through Google's client, which is loaded at the first call. */
export function createTaskQueue({ queue, endpoint, service, deadlineMs }: TaskQueueOptions): TaskQueue {
  let client: Promise<CloudTasksClient> | undefined;

  function getClient(): Promise<CloudTasksClient> {
    client ??= connect(endpoint).catch((error: unknown) => {
      client = undefined;
      throw error;
    });
    return client;
  }

  return {
    async add(runTask, path, scheduledAt) {
      const task = {
        name: `${queue}/tasks/${buildTaskId(runTask)}`,
        dispatchDeadline: { seconds: Math.round(deadlineMs / 1000) },
        ...(scheduledAt
          ? { scheduleTime: { seconds: Math.floor(+scheduledAt / 1000), nanos: (+scheduledAt % 1000) * 1_000_000 } }
          : {}),
        appEngineHttpRequest: {
          httpMethod: 'POST',
          relativeUri: path,
          headers: { 'content-type': 'application/json' },
          body: Buffer.from(JSON.stringify(runTask)).toString('base64'),
          ...(service === undefined ? {} : { appEngineRouting: { service } }),
        },
      } as const;
      try {
        await (await getClient()).createTask({ parent: queue, task }, { retry });
      } catch (error) {
        if ((error as { code?: unknown }).code !== alreadyExists) throw error;
      }
    },
  };
}

async function connect(endpoint: string | undefined): Promise<CloudTasksClient> {
  const { CloudTasksClient } = await import('@google-cloud/tasks');
  const authClient = await signIn(endpoint !== undefined, 'https://www.googleapis.com/auth/cloud-platform');
  if (endpoint === undefined) return new CloudTasksClient({ authClient, fallback: true });
  const { hostname, port } = new URL(endpoint);
  return new CloudTasksClient({
    authClient,
    fallback: true,
    apiEndpoint: hostname,
    port: Number(port),
    protocol: 'http',
  });
}
