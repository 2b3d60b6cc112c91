import type { CloudTasksClient } from '@google-cloud/tasks';
import { cachePromise } from '../../../store/cache-promise.ts';
import { signIn } from '../compute/sign-in.ts';
import { buildTaskId, type RunTask } from './run-task.ts';

export interface TaskQueueOptions {
  /** As `projects/PROJECT/locations/LOCATION/queues/QUEUE`. */
  readonly queue: string;
  /** URL of a local Cloud Tasks emulator, as `http://127.0.0.1:8931`. @default Google's API */
  readonly endpoint?: string;
  /** App Engine service that handles the tasks. @default the application's default service */
  readonly service?: string;
  /** Deadline of a delivery, 15 s to 10 min. Cloud Tasks redelivers afterwards. */
  readonly deadlineMs: number;
}

interface TaskQueue {
  /** Succeeds if the task exists or was completed within the last hour. @throws the client's error if the queue is unreachable */
  add(runTask: RunTask, path: string, scheduledAt: Date | undefined): Promise<void>;
}

/** Retries for 30 s. Named tasks make creation idempotent, so unknown outcomes can be retried. */
const retry = {
  // UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, INTERNAL, UNAVAILABLE
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

/** Creates a Cloud Tasks queue client. Google's library is loaded on first use. */
export function createTaskQueue({ queue, endpoint, service, deadlineMs }: TaskQueueOptions): TaskQueue {
  const getClient = cachePromise(() => connect(endpoint));
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
  const authClient = await signIn(
    endpoint === undefined ? undefined : 'local',
    'https://www.googleapis.com/auth/cloud-platform',
  );
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
