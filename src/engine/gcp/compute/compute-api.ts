import { setMaxListeners } from 'node:events';
import type { NetworksClient } from '@google-cloud/compute';
import type { AuthClient } from 'google-auth-library';
import { type ErrorCode, KthwError } from '../../workflow/errors.ts';
import { type CallContext, classifyError, createComputeError } from './classify-error.ts';
import { parseErrorResponse, parseOperationErrors } from './error-response.ts';
import { type Operation, waitUntilDone } from './operation.ts';
import { signIn } from './sign-in.ts';

export interface ComputeOptions {
  readonly project: string;
  /** The address of a local cloud, as `http://127.0.0.1:8921`. @default Google's */
  readonly endpoint?: string;
  /** @default Google's application default credentials; at a local cloud a token that says nothing */
  readonly auth?: AuthClient;
  /** Longest that one operation may take. @default 600_000 */
  readonly operationDeadlineMs?: number;
  /** Told of every call when it is over, with its operation; for the log. */
  readonly onCall?: (call: ComputeCall) => void;
}

export interface ComputeCall {
  readonly doing: string;
  readonly durationMs: number;
  readonly outcome: 'ok' | ErrorCode;
}

/** What every request is sent with. The runner repeats what failed, so the client itself repeats nothing. */
export interface CallOptions {
  readonly timeout: number;
  readonly retry: null;
  readonly signal: AbortSignal;
}

export interface Scope {
  readonly region?: string | undefined;
  readonly zone?: string | undefined;
}

/** The constructor of one of Google's clients: they all take the same options. */
type ClientConstructor<C> = new (options: NonNullable<ConstructorParameters<typeof NetworksClient>[0]>) => C;

const readTimeoutMs = 20_000;
const changeTimeoutMs = 60_000;

/** Calls on one project: signing in, clients made on first use, faults from the catalogue, operations waited for. */
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
  #auth: Promise<AuthClient> | undefined;

  constructor(options: ComputeOptions) {
    this.project = options.project;
    this.#options = options;
  }

  /**
   * A client made when first asked for, and only once. It is loaded by the path of its own file, because the package's
   * entry loads all 120 and takes 150 MB more (measured with version 7.8: 386 MB against 234 MB for the 13 used here).
   */
  createLazyClient<C>(load: () => Promise<ClientConstructor<C>>): () => Promise<C> {
    let clientPromise: Promise<C> | undefined;
    return () => {
      clientPromise ??= this.#createClient(load).catch((error: unknown) => {
        clientPromise = undefined;
        throw error;
      });
      return clientPromise;
    };
  }

  auth(): Promise<AuthClient> {
    this.#auth ??= this.#signIn().catch((error: unknown) => {
      this.#auth = undefined;
      throw error;
    });
    return this.#auth;
  }

  /** The address of a path below the project, for calls that have no client. */
  buildUrl(path: string): string {
    const base = new URL(this.#options.endpoint ?? 'https://compute.googleapis.com');
    return new URL(`/compute/v1/projects/${this.project}/${path}`, base).href;
  }

  /** What a GET gives; undefined when there is no such thing. @throws KthwError */
  read<T>(doing: string, signal: AbortSignal, call: (options: CallOptions) => Promise<T>): Promise<T | undefined> {
    return this.#reportCall(doing, async () => {
      throwIfAborted(signal);
      try {
        return await call(this.#buildCallOptions(readTimeoutMs, signal));
      } catch (error) {
        return this.#handleError(error, { doing, verb: 'get' }, signal);
      }
    });
  }

  /** Sends a change and waits until its operation is done. There already, or gone already, is no error. @throws KthwError */
  change(
    context: CallContext,
    scope: Scope,
    signal: AbortSignal,
    call: (options: CallOptions) => Promise<Operation>,
  ): Promise<void> {
    return this.#reportCall(context.doing, async () => {
      let operation: Operation;
      throwIfAborted(signal);
      try {
        operation = await call(this.#buildCallOptions(changeTimeoutMs, signal));
      } catch (error) {
        return this.#handleError(error, context, signal);
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
      if (!isDesiredOutcome(errorKind, context)) throw createComputeError(errorKind, response, context);
    });
  }

  /** Turns an error into a fault, unless it says that all is as it was wanted. */
  #handleError(error: unknown, context: CallContext, signal: AbortSignal): undefined {
    if (error instanceof KthwError) throw error;
    throwIfAborted(signal);
    const response = parseErrorResponse(error);
    const errorKind = classifyError(response, context.verb);
    if (!isDesiredOutcome(errorKind, context)) throw createComputeError(errorKind, response, context);
    return undefined;
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
    const auth = this.#options.auth ?? (await signIn(this.#options.endpoint !== undefined));
    // gaxios' own choice, node-fetch, ends the process by an error that nobody can hear when a request with a body is
    // given up just before it is sent.
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
    // One signal ends all the calls of a run, which are many at once; Node would warn of a leak at eleven.
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

function isDesiredOutcome(errorKind: string, { verb }: CallContext): boolean {
  switch (verb) {
    case 'insert':
      return errorKind === 'exists';
    case 'get':
    case 'delete':
      return errorKind === 'absent';
    case 'label':
    case 'set':
      return false;
    default:
      return verb satisfies never;
  }
}
