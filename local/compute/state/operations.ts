import { randomBytes } from 'node:crypto';
import { ApiError } from '../api/api-error.ts';
import type { JsonObject } from '../api/json.ts';
import { lastOf, linkTo, type Scope } from '../api/links.ts';
import { newId, timestamp } from './identity.ts';

export interface Operation {
  readonly scope: Scope;
  readonly name: string;
  readonly resource: JsonObject;
  /** Resolves when the operation is DONE, with or without an error. */
  readonly done: Promise<void>;
}

export interface Begin {
  /** `insert`, `delete`, `stop` … */
  readonly type: string;
  readonly scope: Scope;
  readonly targetLink: string;
  readonly targetId: string;
  readonly requestId: string | undefined;
  /** Ends the operation with this error in place of the work. */
  readonly fault: { readonly code: string; readonly message: string } | undefined;
  /** Called as the operation starts to run. */
  started?(): void;
  work(): Promise<void>;
  /** Called when it ends with an error, to leave nothing half done. */
  undo?(): Promise<void>;
}

export interface OperationTime {
  readonly delayMs: number;
  readonly pause: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** Aborted when the cloud closes: what has not begun then never does, and nothing is undone. */
  readonly closing: AbortSignal;
}

/** The operations of one project: PENDING, RUNNING, DONE, over at least `delayMs` and as long as the work takes. */
export class Operations {
  readonly #all = new Map<string, Operation>();
  readonly #project: string;
  readonly #time: OperationTime;

  constructor(project: string, time: OperationTime) {
    this.#project = project;
    this.#time = time;
  }

  begin(begin: Begin): Operation {
    const name = `operation-${Date.now()}-${randomBytes(7).toString('hex')}-${randomBytes(4).toString('hex')}-${randomBytes(4).toString('hex')}`;
    const where =
      begin.scope === 'global'
        ? {}
        : { [begin.scope.startsWith('zones/') ? 'zone' : 'region']: linkTo(this.#project, begin.scope) };
    const resource: JsonObject = {
      kind: 'compute#operation',
      id: newId(),
      name,
      operationType: begin.type,
      targetLink: begin.targetLink,
      targetId: begin.targetId,
      status: 'PENDING',
      user: 'kthw@local',
      progress: 0,
      insertTime: timestamp(),
      selfLink: linkTo(this.#project, begin.scope, 'operations', name),
      ...where,
      ...(begin.requestId === undefined ? {} : { clientOperationId: begin.requestId }),
    };
    const operation = { scope: begin.scope, name, resource, done: this.#run(resource, begin) };
    this.#all.set(name, operation);
    return operation;
  }

  find(scope: Scope, name: string): Operation | undefined {
    // Clients that keep only the number ask with it.
    const found = this.#all.get(name) ?? this.all().find(({ resource }) => resource.id === name);
    return found?.scope === scope ? found : undefined;
  }

  all(): readonly Operation[] {
    return [...this.#all.values()];
  }

  forget(operation: Operation): void {
    this.#all.delete(operation.name);
  }

  async #run(operation: JsonObject, begin: Begin): Promise<void> {
    const { delayMs, pause, closing } = this.#time;
    try {
      await pause(delayMs / 2, closing);
      Object.assign(operation, { status: 'RUNNING', startTime: timestamp() });
      begin.started?.();
      if (begin.fault !== undefined) throw new Fault(begin.fault.code, begin.fault.message);
      const [worked] = await Promise.allSettled([begin.work(), pause(delayMs / 2, closing)]);
      if (worked.status === 'rejected') throw worked.reason;
    } catch (error) {
      Object.assign(operation, errorOf(error));
      if (closing.aborted) return;
      await begin
        .undo?.()
        .catch((again: unknown) => console.error(`undoing ${begin.type} of ${lastOf(begin.targetLink)}:`, again));
    }
    Object.assign(operation, {
      startTime: operation.startTime ?? timestamp(),
      status: 'DONE',
      progress: 100,
      endTime: timestamp(),
    });
  }
}

/** An error that ends an operation, in Google's words. */
class Fault extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

function errorOf(error: unknown): object {
  const [code, message, status, phrase] =
    error instanceof ApiError
      ? [error.operationCode, error.message, error.status, phrases[error.status] ?? 'BAD REQUEST']
      : error instanceof Fault
        ? [
            error.code,
            error.message,
            ...(error.code.startsWith('QUOTA') ? ([403, 'FORBIDDEN'] as const) : ([400, 'BAD REQUEST'] as const)),
          ]
        : ['INTERNAL_ERROR', error instanceof Error ? error.message : String(error), 500, 'INTERNAL SERVER ERROR'];
  return { httpErrorStatusCode: status, httpErrorMessage: phrase, error: { errors: [{ code, message }] } };
}

const phrases: Readonly<Record<number, string>> = {
  403: 'FORBIDDEN',
  404: 'NOT FOUND',
  409: 'CONFLICT',
  412: 'PRECONDITION FAILED',
};
