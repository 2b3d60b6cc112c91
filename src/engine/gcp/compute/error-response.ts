/** What can be known of a call that failed, whichever library made it. */
export interface Answer {
  /** HTTP status; undefined: no answer came. */
  readonly status: number | undefined;
  /** Google's own words for why: reasons of the error and of its ErrorInfo, codes of an operation's errors. */
  readonly reasons: readonly string[];
  /** Google's own sentence, or how the connection failed. */
  readonly detail: string | undefined;
}

/** Under which google-gax keeps the body of an answer that it could not turn into a result. */
const rawBody = Symbol.for('google-gax.rawHttpResponsePayload');

/** Reads an error of google-gax (the compute client) or of gaxios (the REST calls). */
export function answerOf(error: unknown): Answer {
  const e = asRecord(error);
  const response = asRecord(e.response);
  const status = [e.httpStatusCode, e.status, response.status].find((value) => typeof value === 'number');
  if (status === undefined) return { status, reasons: [], detail: connectionCode(e) };
  const envelope = asRecord(asRecord(parsed(e[rawBody] ?? response.data)).error);
  const reasons = [...list(envelope.errors), ...list(envelope.details), e].map((entry) => asRecord(entry).reason);
  return {
    status,
    reasons: reasons.filter(isText),
    detail: isText(envelope.message) ? brief(envelope.message) : undefined,
  };
}

/** Reads the errors of an operation that is done. */
export function answerOfOperation(operation: OperationErrors): Answer | undefined {
  const errors = operation.error?.errors ?? [];
  if (errors.length === 0) return undefined;
  return {
    status: operation.httpErrorStatusCode ?? undefined,
    reasons: errors.map((error) => error.code).filter(isText),
    detail: brief(errors.map((error) => error.message ?? '').join('; ')),
  };
}

export interface OperationErrors {
  readonly error?: {
    readonly errors?: readonly { readonly code?: string | null; readonly message?: string | null }[] | null;
  } | null;
  readonly httpErrorStatusCode?: number | null;
}

/** `ECONNRESET`, which may be some causes down. */
function connectionCode(error: Record<PropertyKey, unknown>): string | undefined {
  if (isText(error.code)) return error.code;
  return error.cause === undefined ? undefined : connectionCode(asRecord(error.cause));
}

function parsed(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function asRecord(value: unknown): Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>) : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function brief(text: string): string {
  return text.length <= 500 ? text : `${text.slice(0, 499)}…`;
}
