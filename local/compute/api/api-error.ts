/** An error response in Google's format: HTTP status, machine-readable reason, message. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly reason: string;
  readonly location: string | undefined;

  constructor(status: number, reason: string, message: string, location?: string) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.location = location;
  }

  /** Google's error envelope. */
  toJSON(): object {
    const where = this.location === undefined ? {} : { locationType: 'parameter', location: this.location };
    return {
      error: {
        code: this.status,
        message: this.message,
        errors: [{ message: this.message, domain: 'global', reason: this.reason, ...where }],
        ...(statusNames[this.status] === undefined ? {} : { status: statusNames[this.status] }),
      },
    };
  }

  /** The reason as an operation error code: `QUOTA_EXCEEDED` for `quotaExceeded`. */
  get operationCode(): string {
    return this.reason.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  }
}

/** Compute Engine sets the status field only for errors of its front end; otherwise clients use the reason. */
const statusNames: Readonly<Record<number, string>> = { 401: 'UNAUTHENTICATED', 501: 'UNIMPLEMENTED' };

/** Errors used by several resources. `resource` is a path, `projects/…`. */
export const apiErrors = {
  notFound: (resource: string) => new ApiError(404, 'notFound', `The resource '${resource}' was not found`),
  alreadyExists: (resource: string) => new ApiError(409, 'alreadyExists', `The resource '${resource}' already exists`),
  notReady: (resource: string) => new ApiError(400, 'resourceNotReady', `The resource '${resource}' is not ready`),
  inUse: (what: string, resource: string, user: string) =>
    new ApiError(
      400,
      'resourceInUseByAnotherResource',
      `The ${what} resource '${resource}' is already being used by '${user}'`,
    ),
  requiredField: (fieldPath: string) => new ApiError(400, 'required', `Required field '${fieldPath}' not specified`),
  invalidField: (fieldPath: string, value: unknown, reason: string) =>
    new ApiError(400, 'invalid', `Invalid value for field '${fieldPath}': '${formatValue(value)}'. ${reason}`),
  invalidParameter: (name: string, value: string, reason: string) =>
    new ApiError(400, 'invalid', `Invalid value for field '${name}': '${value}'. ${reason}`, name),
  invalidPayload: (what: string) => new ApiError(400, 'badRequest', `Invalid JSON payload received. ${what}`),
  fingerprintMismatch: (what: string) =>
    new ApiError(412, 'conditionNotMet', `Supplied fingerprint does not match current ${what} fingerprint.`),
  quotaExceeded: (metric: string, limit: number, where: string) =>
    new ApiError(403, 'quotaExceeded', `Quota '${metric}' exceeded.  Limit: ${limit.toFixed(1)} ${where}.`),
  notImplemented: (what: string) =>
    new ApiError(501, 'notImplemented', `${what} is not supported by the Compute Engine emulator.`),
};

function formatValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
