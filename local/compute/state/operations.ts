import { randomBytes } from 'node:crypto';
import { ApiError } from '../api/api-error.ts';
import type { JsonObject } from '../api/json.ts';
import { buildLink, getLastSegment, type Scope } from '../api/links.ts';
import { generateId, getTimestamp } from './identity.ts';

export interface Operation {
  readonly scope: Scope;
  readonly name: string;
  readonly resource: JsonObject;
  /** Resolves when the operation is DONE, with or without an error. */
  readonly done: Promise<void>;
}

export interface OperationRequest {
  /** `insert`, `delete`, `stop` … */
  readonly type: string;
  readonly scope: Scope;
  readonly targetLink: string;
  readonly targetId: string;
  readonly requestId: string | undefined;
  /** Fails the operation with this error instead of running it. */
  readonly fault: { readonly code: string; readonly message: string } | undefined;
  /** Called when the operation starts running. */
  onStarted?(): void;
  applyChange(): Promise<void>;
  /** Called on failure to roll back partial work. */
  rollBack?(): Promise<void>;
}

export interface OperationTiming {
  readonly delayMs: number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** Aborted on shutdown: queued operations are dropped, and nothing is rolled back. */
  readonly closingSignal: AbortSignal;
  /** Called when an operation begins, starts running or ends. */
  readonly onChange: () => void;
}

/** Operations of one project: PENDING, RUNNING, DONE. Each takes at least `delayMs`. */
export class Operations {
  readonly #list = new Map<string, Operation>();
  readonly #project: string;
  readonly #timing: OperationTiming;

  constructor(project: string, timing: OperationTiming) {
    this.#project = project;
    this.#timing = timing;
  }

  begin(request: OperationRequest): Operation {
    const name = `operation-${Date.now()}-${randomBytes(7).toString('hex')}-${randomBytes(4).toString('hex')}-${randomBytes(4).toString('hex')}`;
    const where =
      request.scope === 'global'
        ? {}
        : { [request.scope.startsWith('zones/') ? 'zone' : 'region']: buildLink(this.#project, request.scope) };
    const resource: JsonObject = {
      kind: 'compute#operation',
      id: generateId(),
      name,
      operationType: request.type,
      targetLink: request.targetLink,
      targetId: request.targetId,
      status: 'PENDING',
      user: 'kthw@local',
      progress: 0,
      insertTime: getTimestamp(),
      selfLink: buildLink(this.#project, request.scope, 'operations', name),
      ...where,
      ...(request.requestId === undefined ? {} : { clientOperationId: request.requestId }),
    };
    const operation = { scope: request.scope, name, resource, done: this.#run(resource, request) };
    this.#list.set(name, operation);
    this.#timing.onChange();
    return operation;
  }

  /** Adds an operation that ended in an earlier process. */
  restore(scope: Scope, resource: JsonObject): Operation {
    const operation = { scope, name: String(resource.name), resource, done: Promise.resolve() };
    this.#list.set(operation.name, operation);
    return operation;
  }

  find(scope: Scope, name: string): Operation | undefined {
    // Some clients store only the numeric ID and request the operation by it.
    const found = this.#list.get(name) ?? this.list().find(({ resource }) => resource.id === name);
    return found?.scope === scope ? found : undefined;
  }

  list(): readonly Operation[] {
    return [...this.#list.values()];
  }

  remove(operation: Operation): void {
    this.#list.delete(operation.name);
  }

  async #run(operation: JsonObject, request: OperationRequest): Promise<void> {
    const { delayMs, sleep, closingSignal, onChange } = this.#timing;
    try {
      await sleep(delayMs / 2, closingSignal);
      Object.assign(operation, { status: 'RUNNING', startTime: getTimestamp() });
      request.onStarted?.();
      onChange();
      if (request.fault !== undefined) throw new OperationError(request.fault.code, request.fault.message);
      const [runResult] = await Promise.allSettled([request.applyChange(), sleep(delayMs / 2, closingSignal)]);
      if (runResult.status === 'rejected') throw runResult.reason;
    } catch (error) {
      Object.assign(operation, toErrorFields(error));
      if (closingSignal.aborted) return;
      await request
        .rollBack?.()
        .catch((rollBackError: unknown) =>
          console.error(`cannot roll back ${request.type} of ${getLastSegment(request.targetLink)}:`, rollBackError),
        );
    }
    Object.assign(operation, {
      startTime: operation.startTime ?? getTimestamp(),
      status: 'DONE',
      progress: 100,
      endTime: getTimestamp(),
    });
    onChange();
  }
}

/** Converts an error to Google's operation error format. */
class OperationError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

function toErrorFields(error: unknown): object {
  const [code, message, status, phrase] =
    error instanceof ApiError
      ? [error.operationCode, error.message, error.status, statusPhrases[error.status] ?? 'BAD REQUEST']
      : error instanceof OperationError
        ? [
            error.code,
            error.message,
            ...(error.code.startsWith('QUOTA') ? ([403, 'FORBIDDEN'] as const) : ([400, 'BAD REQUEST'] as const)),
          ]
        : ['INTERNAL_ERROR', error instanceof Error ? error.message : String(error), 500, 'INTERNAL SERVER ERROR'];
  return { httpErrorStatusCode: status, httpErrorMessage: phrase, error: { errors: [{ code, message }] } };
}

const statusPhrases: Readonly<Record<number, string>> = {
  403: 'FORBIDDEN',
  404: 'NOT FOUND',
  409: 'CONFLICT',
  412: 'PRECONDITION FAILED',
};
