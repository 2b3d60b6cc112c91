/** What can be known of a call that failed, whichever library made it. */
export interface ErrorResponse {
  /** HTTP status; undefined: no answer came. */
  readonly status: number | undefined;
  /** Google's own words for why: reasons of the error and of its ErrorInfo, codes of an operation's errors. */
  readonly reasons: readonly string[];
  /** Google's own sentence, or how the connection failed. */
  readonly detail: string | undefined;
}

/** Under which google-gax keeps the body of an answer that it could not turn into a result. */
const rawBodyKey = Symbol.for('google-gax.rawHttpResponsePayload');

/** Reads an error of google-gax (the compute client) or of gaxios (the REST calls). */
export function parseErrorResponse(error: unknown): ErrorResponse {
  const e = toRecord(error);
  const response = toRecord(e.response);
  const status = [e.httpStatusCode, e.status, response.status].find((value) => typeof value === 'number');
  if (status === undefined) return { status, reasons: [], detail: findConnectionCode(e) };
  const envelope = toRecord(toRecord(parseJson(e[rawBodyKey] ?? response.data)).error);
  const reasons = [...toList(envelope.errors), ...toList(envelope.details), e].map((entry) => toRecord(entry).reason);
  return {
    status,
    reasons: reasons.filter(isString),
    detail: isString(envelope.message) ? truncate(envelope.message) : undefined,
  };
}

/** Reads the errors of an operation that is done. */
export function parseOperationErrors(operation: OperationErrors): ErrorResponse | undefined {
  const errors = operation.error?.errors ?? [];
  if (errors.length === 0) return undefined;
  return {
    status: operation.httpErrorStatusCode ?? undefined,
    reasons: errors.map((error) => error.code).filter(isString),
    detail: truncate(errors.map((error) => error.message ?? '').join('; ')),
  };
}

export interface OperationErrors {
  readonly error?: {
    readonly errors?: readonly { readonly code?: string | null; readonly message?: string | null }[] | null;
  } | null;
  readonly httpErrorStatusCode?: number | null;
}

/** `ECONNRESET`, which may be some causes down. */
function findConnectionCode(error: Record<PropertyKey, unknown>): string | undefined {
  if (isString(error.code)) return error.code;
  return error.cause === undefined ? undefined : findConnectionCode(toRecord(error.cause));
}

function parseJson(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function toRecord(value: unknown): Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>) : {};
}

function toList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function truncate(text: string): string {
  return text.length <= 500 ? text : `${text.slice(0, 499)}…`;
}
