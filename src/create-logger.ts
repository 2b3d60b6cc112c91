import pino from 'pino';
import { maskSecrets } from './engine/ssh/format-failure.ts';

type Logger = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** By pino's level: https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#LogSeverity */
const severityByLevel: Readonly<Record<string, string>> = {
  trace: 'DEBUG',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  fatal: 'CRITICAL',
};

/**
 * Writes JSON lines in the format of Cloud Logging to standard output: `severity`, `time`, `message`, and run and step as
 * labels (https://cloud.google.com/logging/docs/structured-logging). The field `severity` (`WARNING`, `ERROR`, `CRITICAL`)
 * sets the level.
 *
 * Errors are reduced to name, message, stack and cause: errors of Google's and Slack's clients contain requests with keys
 * and tokens. Text that looks like key material is masked at every depth.
 */
export function createLogger(level: string, destination?: { write(line: string): void }): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    messageKey: 'message',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ severity: severityByLevel[label] ?? 'DEFAULT' }) },
  };
  const logger = pino(options, destination ?? getStandardOutput());
  return ({ severity, ...fields }, message) => {
    const sanitizedFields = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, sanitizeValue(value)]),
    );
    const labels = getLabels(fields);
    const line = labels ? { ...sanitizedFields, 'logging.googleapis.com/labels': labels } : sanitizedFields;
    if (severity === 'CRITICAL') logger.fatal(line, message);
    else if (severity === 'WARNING') logger.warn(line, message);
    else if (severity === 'ERROR' || 'error' in fields) logger.error(line, message);
    else logger.info(line, message);
  };
}

/** pino's own destination retries writes to a closed pipe, which keeps the process alive. */
function getStandardOutput(): NodeJS.WriteStream {
  const { stdout } = process;
  if (stdout.listenerCount('error') === 0) stdout.on('error', () => {});
  return stdout;
}

function getLabels({ run, step }: Readonly<Record<string, unknown>>): Record<string, string> | undefined {
  const labels = Object.entries({ run, step }).filter((one): one is [string, string] => typeof one[1] === 'string');
  return labels.length === 0 ? undefined : Object.fromEntries(labels);
}

/** Slack tokens: https://docs.slack.dev/authentication/tokens */
const slackTokenPattern = /\bx(?:ox[a-z]|app)-[\w-]{4,}/g;

function sanitizeValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return maskSecrets(value.replace(slackTokenPattern, '[masked]'));
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 5) return '…';
  const sanitizeNested = (inner: unknown) => sanitizeValue(inner, depth + 1);
  if (value instanceof Error) {
    const { name, message, stack = '', cause } = value;
    const sanitized = { name, message: sanitizeNested(message), stack: sanitizeNested(stack) };
    return cause === undefined ? sanitized : { ...sanitized, cause: sanitizeNested(cause) };
  }
  if (Array.isArray(value)) return value.map(sanitizeNested);
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, sanitizeNested(inner)]));
}
