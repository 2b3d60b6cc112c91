import { parseJson } from '../../../store/parse-json.ts';

/** Response to a failed call, independent of the client library. */
export interface ErrorResponse {
  /** HTTP status; undefined without a response. */
  readonly status: number | undefined;
  /** Reasons of the error and its ErrorInfo, or error codes of the operation. */
  readonly reasons: readonly string[];
  /** Google's error message, or the error code of the connection. */
  readonly detail: string | undefined;
}

/** Key under which google-gax keeps the raw body of a response that it could not parse. */
const rawBodyKey = Symbol.for('google-gax.rawHttpResponsePayload');

/** Parses an error of google-gax (compute clients) or gaxios (REST calls). */
export function parseErrorResponse(error: unknown): ErrorResponse {
  const e = toRecord(error);
  const response = toRecord(e.response);
  const status = [e.httpStatusCode, e.status, response.status].find((value) => typeof value === 'number');
  if (status === undefined) return { status, reasons: [], detail: findConnectionCode(e) };
  const body = e[rawBodyKey] ?? response.data;
  const envelope = toRecord(toRecord(isString(body) ? parseJson(body) : body).error);
  const reasons = [...toList(envelope.errors), ...toList(envelope.details), e].map((entry) => toRecord(entry).reason);
  return {
    status,
    reasons: reasons.filter(isString),
    detail: isString(envelope.message) ? truncate(envelope.message) : undefined,
  };
}

/** Parses the errors of a completed operation. Returns undefined if it succeeded. */
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

/** Finds a code such as `ECONNRESET` in the chain of causes. */
function findConnectionCode(error: Record<PropertyKey, unknown>): string | undefined {
  if (isString(error.code)) return error.code;
  return error.cause === undefined ? undefined : findConnectionCode(toRecord(error.cause));
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
