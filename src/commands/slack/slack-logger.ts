import type { WebClientOptions } from '@slack/web-api';

type Logger = NonNullable<WebClientOptions['logger']>;

/** Warnings and errors of Slack's packages in our log. Their finer levels can hold what people wrote, so they go nowhere. */
export function slackLog(log: (message: string) => void): Logger {
  const told = (...parts: readonly unknown[]) => log(parts.map(shown).join(' '));
  return {
    debug: () => {},
    info: () => {},
    warn: told,
    error: told,
    setLevel: () => {},
    getLevel: () => 'warn' as ReturnType<Logger['getLevel']>,
    setName: () => {},
  };
}

function shown(part: unknown): string {
  return part instanceof Error ? part.message : typeof part === 'string' ? part : '';
}
