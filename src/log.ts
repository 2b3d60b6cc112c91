import pino from 'pino';
import { mask } from './engine/remote/result.ts';

export type Log = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/**
 * Structured lines on standard output. An error is written as its names, texts and stacks, never as its fields: those of
 * Google's and Slack's clients hold requests, with keys and tokens. What looks like key material in a text is masked.
 */
export function openLog(level: string): Log {
  const logger = pino({ level, base: null });
  return (fields, message) => {
    const written = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, shown(value)]));
    if ('error' in fields) logger.error(written, message);
    else logger.info(written, message);
  };
}

function shown(value: unknown, depth = 0): unknown {
  if (value instanceof Error) {
    return {
      name: value.name,
      message: mask(value.message),
      stack: mask(value.stack ?? ''),
      ...(value.cause === undefined || depth > 3 ? {} : { cause: shown(value.cause, depth + 1) }),
    };
  }
  return typeof value === 'string' ? mask(value) : value;
}
