import { setMaxListeners } from 'node:events';
import type { NetworksClient } from '@google-cloud/compute';
import type { AuthClient } from 'google-auth-library';
import { cachePromise } from '../../../store/cache-promise.ts';
import { type ErrorCode, KthwError } from '../../cluster/errors.ts';
import { type CallContext, type ComputeErrorKind, classifyError, createComputeError } from './classify-error.ts';
import { parseErrorResponse, parseOperationErrors } from './error-response.ts';
import { type Operation, waitUntilDone } from './operation.ts';
import { signIn } from './sign-in.ts';

export interface ComputeOptions {
  readonly project: string;
  /** URL of a Compute Engine emulator, as `http://127.0.0.1:8921`. @default Google's API */
  readonly endpoint?: string;
  /** Access token for the emulator at `endpoint`. @default a placeholder */
  readonly token?: string;
  /** @default application default credentials; `token` for the emulator */
  readonly auth?: AuthClient;
  /** Deadline of one operation. @default 600_000 */
  readonly operationDeadlineMs?: number;
  /** Called after each call including its operation, for logging. */
  readonly onCall?: (call: ComputeCall) => void;
}

export interface ComputeCall {
  readonly doing: string;
  readonly durationMs: number;
  readonly outcome: 'ok' | ErrorCode;
}

/** Options of every request. The client never retries, because the runner does. */
export interface CallOptions {
  readonly timeout: number;
  readonly retry: null;
  readonly signal: AbortSignal;
}

export interface Scope {
  readonly region?: string | undefined;
  readonly zone?: string | undefined;
}

/** Constructor of a Google client. All of them take the same options. */
type ClientConstructor<C> = new (options: NonNullable<ConstructorParameters<typeof NetworksClient>[0]>) => C;

const readTimeoutMs = 20_000;
const changeTimeoutMs = 60_000;

/** Compute Engine calls in one project: signs in, creates clients lazily, maps errors, waits for operations. */
export class ComputeApi {
  readonly project: string;
  readonly #options: ComputeOptions;
  readonly #globalOperations = this.createLazyClient(
    async () => (await import('@google-cloud/compute/build/src/v1/global_operations_client.js')).GlobalOperationsClient,
  );
  readonly #regionOperations = this.createLazyClient(
    async () => (await import('@google-cloud/compute/build/src/v1/region_operations_client.js')).RegionOperationsClient,
  );
  readonly #zoneOperations = this.createLazyClient(
    async () => (await import('@google-cloud/compute/build/src/v1/zone_operations_client.js')).ZoneOperationsClient,
  );
  readonly auth = cachePromise(() => this.#signIn());

  constructor(options: ComputeOptions) {
    this.project = options.project;
    this.#options = options;
  }

  /**
   * Creates a client on first use, once. Each client is imported from its own file: the package entry point loads all 120
   * clients and takes 150 MB more (version 7.8: 386 MB, compared with 234 MB for the 13 used here).
   */
  createLazyClient<C>(load: () => Promise<ClientConstructor<C>>): () => Promise<C> {
    return cachePromise(() => this.#createClient(load));
  }

  /** URL of a path below the project, for REST calls without a client. */
  buildUrl(path: string): string {
    const base = new URL(this.#options.endpoint ?? 'https://compute.googleapis.com');
    return new URL(`/compute/v1/projects/${this.project}/${path}`, base).href;
  }

  /** Sends a read. Returns undefined if the resource does not exist. @throws KthwError */
  read<T>(doing: string, signal: AbortSignal, call: (options: CallOptions) => Promise<T>): Promise<T | undefined> {
    return this.#reportCall(doing, async () => {
      throwIfAborted(signal);
      try {
        return await call(this.#buildCallOptions(readTimeoutMs, signal));
      } catch (error) {
        const context = { doing, verb: 'get' } as const;
        const { response, errorKind } = this.#classify(error, context, signal);
        if (!isDesiredOutcome(errorKind, context)) throw createComputeError(errorKind, response, context);
        return undefined;
      }
    });
  }

  /**
   * Sends a change and waits for its operation. Deleting an absent resource succeeds.
   * @param isDone whether an error means that the desired state is reached @throws KthwError
   */
  change(
    context: CallContext,
    scope: Scope,
    signal: AbortSignal,
    call: (options: CallOptions) => Promise<Operation>,
    isDone: (errorKind: ComputeErrorKind) => Promise<boolean> | boolean = (kind) => isDesiredOutcome(kind, context),
  ): Promise<void> {
    return this.#reportCall(context.doing, async () => {
      let operation: Operation;
      throwIfAborted(signal);
      try {
        operation = await call(this.#buildCallOptions(changeTimeoutMs, signal));
      } catch (error) {
        const { response, errorKind } = this.#classify(error, context, signal);
        if (!(await isDone(errorKind))) throw createComputeError(errorKind, response, context);
        return;
      }
      const done = await waitUntilDone(operation, {
        context,
        signal,
        deadlineMs: this.#options.operationDeadlineMs ?? 600_000,
        waitForOperation: (name, timeoutMs) =>
          this.#waitForOperation(name, scope, this.#buildCallOptions(timeoutMs, signal)),
      });
      const response = parseOperationErrors(done);
      if (!response) return;
      const errorKind = classifyError(response, context.verb);
      if (!(await isDone(errorKind))) throw createComputeError(errorKind, response, context);
    });
  }

  #classify(error: unknown, { verb }: CallContext, signal: AbortSignal) {
    if (error instanceof KthwError) throw error;
    throwIfAborted(signal);
    const response = parseErrorResponse(error);
    return { response, errorKind: classifyError(response, verb) };
  }

  async #waitForOperation(operation: string, { zone, region }: Scope, options: CallOptions): Promise<Operation> {
    const { project } = this;
    if (zone !== undefined)
      return (await (await this.#zoneOperations()).wait({ project, zone, operation }, options))[0];
    if (region !== undefined)
      return (await (await this.#regionOperations()).wait({ project, region, operation }, options))[0];
    return (await (await this.#globalOperations()).wait({ project, operation }, options))[0];
  }

  async #signIn(): Promise<AuthClient> {
    const { endpoint, token = 'local' } = this.#options;
    const auth = this.#options.auth ?? (await signIn(endpoint === undefined ? undefined : token));
    // gaxios defaults to node-fetch, which crashes the process with an uncatchable error if a request with a body is
    // aborted just before it is sent.
    auth.transporter.defaults.fetchImplementation ??= fetch;
    return auth;
  }

  async #createClient<C>(load: () => Promise<ClientConstructor<C>>): Promise<C> {
    const { endpoint } = this.#options;
    const [Client, authClient] = await Promise.all([load(), this.auth()]);
    if (endpoint === undefined) return new Client({ authClient, fallback: true });
    const { hostname, port, protocol } = new URL(endpoint);
    const secure = protocol === 'https:';
    return new Client({
      authClient,
      fallback: true,
      apiEndpoint: hostname,
      port: port === '' ? (secure ? 443 : 80) : Number(port),
      protocol: secure ? 'https' : 'http',
    });
  }

  #buildCallOptions(timeout: number, signal: AbortSignal): CallOptions {
    // All concurrent calls of a run share one signal; Node warns of a leak at eleven listeners.
    setMaxListeners(0, signal);
    return { timeout, retry: null, signal };
  }

  async #reportCall<T>(doing: string, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const report = (outcome: ComputeCall['outcome']): void =>
      this.#options.onCall?.({ doing, outcome, durationMs: Math.round(performance.now() - startedAt) });
    try {
      const result = await work();
      report('ok');
      return result;
    } catch (error) {
      report(error instanceof KthwError ? error.code : 'bug');
      throw error;
    }
  }
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new KthwError('cancelled', {});
}

function isDesiredOutcome(errorKind: ComputeErrorKind, { verb }: CallContext): boolean {
  switch (verb) {
    case 'get':
    case 'delete':
      return errorKind === 'absent';
    case 'insert':
    case 'label':
    case 'set':
      return false;
    default:
      return verb satisfies never;
  }
}
