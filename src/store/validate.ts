import type { z } from 'zod';
import { InvalidRecord } from './store-errors.ts';

/** What one record or one event may take as JSON, in bytes: under Firestore's 1 MiB with room for names and indexes. */
export const MAX_BYTES = 1_000_000;

/**
 * The value as its schema has it.
 * @throws InvalidRecord naming `what` and the paths that do not fit, never a value.
 */
export function validate<S extends z.ZodType>(schema: S, label: string, value: unknown): z.infer<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, 5).map((issue) => `${formatJsonPath(issue.path)} (${issue.code})`);
  throw new InvalidRecord(`${label} does not fit its schema at ${issues.join(', ')}; put it right or remove it`);
}

/**
 * Stored text as a value.
 * @throws InvalidRecord when it is no JSON.
 */
export function parseStoredJson(label: string, text: unknown): unknown {
  try {
    if (typeof text === 'string') return JSON.parse(text);
  } catch {
    // The parser's message quotes what it read, so it goes no further.
  }
  throw new InvalidRecord(`${label} does not fit its schema at $ (not JSON); put it right or remove it`);
}

function formatJsonPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = String(key);
    return /^[A-Za-z_]\w*$/.test(name) ? `${text}.${name}` : `${text}[${JSON.stringify(name)}]`;
  }, '$');
}
