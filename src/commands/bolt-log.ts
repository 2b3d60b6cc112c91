import type { Logger } from '@slack/bolt';

/** Bolt's warnings and errors in our log. Its finer levels can hold what people wrote, so they go nowhere. */
export function boltLog(log: (fields: Readonly<Record<string, unknown>>, message: string) => void): Logger {
  const told = (...parts: readonly unknown[]) => log({ of: 'slack' }, parts.map(shown).join(' '));
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
