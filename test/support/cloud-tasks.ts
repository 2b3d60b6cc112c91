import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/** Request body of `createTask` as Google's client encodes it: enums as numbers, bytes in base64. */
const CreateTask = z.object({
  task: z.strictObject({
    name: z.string(),
    scheduleTime: z.iso.datetime().optional(),
    dispatchDeadline: z.string().regex(/^\d+(\.\d+)?s$/),
    appEngineHttpRequest: z.strictObject({
      httpMethod: z.literal(1),
      relativeUri: z.string().startsWith('/'),
      headers: z.record(
        z.string().refine((name) => !/^(x-google-|x-appengine-|host$)/i.test(name)),
        z.string(),
      ),
      body: z.base64(),
      appEngineRouting: z.strictObject({ service: z.string() }).optional(),
    }),
  }),
});
type Task = z.infer<typeof CreateTask>['task'];

/** One delivery of a task to the application. */
export interface Delivery {
  readonly name: string;
  readonly body: Record<string, unknown>;
  readonly retries: number;
  /** 0 if the connection ended without a response. */
  readonly status: number;
  readonly answer: string;
}

interface Waiting {
  readonly task: Task;
  readonly retries: number;
}

const failures = { UNAVAILABLE: 503, RESOURCE_EXHAUSTED: 429, PERMISSION_DENIED: 403 } as const;
const retryFromMs = 20;
const retryToMs = 320;
const mostRetries = 40;
const settlesWithinMs = 20_000;

/**
 * Fake of Cloud Tasks and App Engine's front end. Remembers task names forever (Google forgets them after an hour).
 * Delivers due tasks immediately, in parallel and to the targets in turn. Retries failed deliveries with increasing
 * delays, up to 40 times. Rejects what the service rejects; supports only what the bot uses.
 */
export class CloudTasks {
  readonly queue = 'projects/p/locations/us-west1/queues/kthw';
  /** URLs of the application; several are used in turn. */
  targets: string[] = [];
  readonly deliveries: Delivery[] = [];
  /** All calls of `createTask`, with the response status. */
  readonly calls: { readonly task: Task; readonly status: number }[] = [];
  /** Tasks that exhausted their retries. */
  readonly lost: string[] = [];
  /** Statuses of the next calls, which have no effect. */
  readonly failing: (keyof typeof failures)[] = [];
  readonly #names = new Map<string, Task>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #watchers = new Set<() => void>();
  #held: Waiting[] | undefined;
  #activeCount = 0;
  #soon = 0;
  #turn = 0;
  #closed = false;

  static async start(): Promise<CloudTasks> {
    const tasks = new CloudTasks();
    await new Promise<void>((resolve) => tasks.#server.listen(0, '127.0.0.1', resolve));
    return tasks;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Holds due tasks from now on. */
  hold(): void {
    this.#held ??= [];
  }

  /** Number of due tasks on hold. */
  get held(): number {
    return this.#held?.length ?? 0;
  }

  /** Delivers the held tasks. @param order of the tasks @default order of arrival */
  release(order: (tasks: Waiting[]) => Waiting[] = (tasks) => tasks): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const waiting of order(held)) void this.#deliver(waiting);
  }

  /** Delivers a task again, as the real queue may at any time. */
  deliverAgain(name: string): void {
    const task = this.#names.get(name);
    if (!task) throw new Error(`unknown task ${name}`);
    void this.#deliver({ task, retries: 0 });
  }

  /** @throws Error when `condition` is not met in time */
  async until(condition: () => boolean): Promise<void> {
    const deadline = AbortSignal.timeout(settlesWithinMs);
    while (!condition()) {
      await new Promise<void>((resolve, reject) => {
        const wake = () => {
          this.#watchers.delete(wake);
          resolve();
        };
        this.#watchers.add(wake);
        deadline.addEventListener('abort', () =>
          reject(
            new Error(`timed out waiting for ${condition}; deliveries: ${JSON.stringify(this.deliveries.slice(-8))}`),
          ),
        );
      });
    }
  }

  /** Waits until no task is left that is due within a minute. */
  async settled(): Promise<void> {
    await this.until(() => this.#activeCount === 0 && this.#soon === 0 && this.held === 0);
  }

  async stop(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = (await request.toArray()).join('');
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      this.#changed();
    };
    const refuse = (code: number, status: string, message: string) =>
      answer(code, { error: { code, status, message } });
    const failure = this.failing.shift();
    if (failure !== undefined) return refuse(failures[failure], failure, 'It is planned so.');
    const path = request.url?.replace(/\?.*/, '');
    if (request.method !== 'POST' || path !== `/v2/${this.queue}/tasks`)
      return refuse(404, 'NOT_FOUND', 'Requested entity was not found.');
    const { data, error } = CreateTask.safeParse(JSON.parse(text));
    if (!data) return refuse(400, 'INVALID_ARGUMENT', z.prettifyError(error));
    const { task } = data;
    const id = task.name.startsWith(`${this.queue}/tasks/`) ? task.name.slice(`${this.queue}/tasks/`.length) : '';
    if (!/^[A-Za-z0-9_-]{1,500}$/.test(id)) return refuse(400, 'INVALID_ARGUMENT', `bad task name ${task.name}`);
    if (this.#names.has(task.name)) {
      this.calls.push({ task, status: 409 });
      return refuse(409, 'ALREADY_EXISTS', 'Requested entity already exists');
    }
    this.#names.set(task.name, task);
    this.calls.push({ task, status: 200 });
    answer(200, task);
    this.#later({ task, retries: 0 }, task.scheduleTime ? Date.parse(task.scheduleTime) - Date.now() : 0);
  }

  #later(waiting: Waiting, delayMs: number): void {
    if (this.#closed) return;
    const soon = delayMs < 60_000 ? 1 : 0;
    this.#soon += soon;
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        this.#soon -= soon;
        if (this.#held) this.#held.push(waiting);
        else void this.#deliver(waiting);
        this.#changed();
      },
      Math.max(0, delayMs),
    );
    this.#timers.add(timer);
  }

  async #deliver({ task, retries }: Waiting): Promise<void> {
    const { appEngineHttpRequest: wanted, name } = task;
    const target = this.targets[this.#turn++ % this.targets.length];
    const body = Buffer.from(wanted.body, 'base64').toString();
    this.#activeCount++;
    const { status, answer } = await fetch(`${target}${wanted.relativeUri}`, {
      method: 'POST',
      headers: {
        ...wanted.headers,
        'user-agent': 'AppEngine-Google; (+http://code.google.com/appengine)',
        'x-appengine-queuename': this.queue.slice(this.queue.lastIndexOf('/') + 1),
        'x-appengine-taskname': name.slice(name.lastIndexOf('/') + 1),
        'x-appengine-taskretrycount': String(retries),
        'x-appengine-taskexecutioncount': String(retries),
        'x-appengine-tasketa': String((task.scheduleTime ? Date.parse(task.scheduleTime) : Date.now()) / 1000),
      },
      body,
      redirect: 'manual',
    }).then(
      async (response) => ({ status: response.status, answer: (await response.text()).trim() }),
      () => ({ status: 0, answer: '' }),
    );
    this.deliveries.push({ name, body: JSON.parse(body), retries, status, answer });
    if (status < 200 || status > 299) {
      if (retries < mostRetries) this.#later({ task, retries: retries + 1 }, backOffMs(retries));
      else this.lost.push(name);
    }
    this.#activeCount--;
    this.#changed();
  }

  #changed(): void {
    for (const wake of this.#watchers) wake();
  }
}

function backOffMs(retries: number): number {
  return Math.min(retryFromMs * 2 ** retries, retryToMs);
}
