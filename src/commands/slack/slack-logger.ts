import type { WebClientOptions } from '@slack/web-api';

type Logger = NonNullable<WebClientOptions['logger']>;

/** Forwards warnings and errors of Slack's packages. Lower levels can contain user content and are dropped. */
export function createSlackLogger(log: (message: string) => void): Logger {
  const logParts = (...parts: readonly unknown[]) => log(parts.map(formatPart).join(' '));
  return {
    debug: () => {},
    info: () => {},
    warn: logParts,
    error: logParts,
    setLevel: () => {},
    getLevel: () => 'warn' as ReturnType<Logger['getLevel']>,
    setName: () => {},
  };
}

function formatPart(part: unknown): string {
  return part instanceof Error ? part.message : typeof part === 'string' ? part : '';
}
