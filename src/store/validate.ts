import type { z } from 'zod';
import { InvalidRecord } from './records.ts';

/** Maximum JSON bytes of a record or event: below Firestore's limit of 1 MiB, with room for names and indexes. */
export const MAX_BYTES = 1_000_000;

/**
 * Parses a value by its schema.
 * @throws InvalidRecord naming `label` and the invalid paths, never a value
 */
export function validate<S extends z.ZodType>(schema: S, label: string, value: unknown): z.infer<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, 5).map((issue) => `${formatJsonPath(issue.path)} (${issue.code})`);
  throw new InvalidRecord(`${label} does not match its schema at ${issues.join(', ')}; fix or delete it`);
}

/**
 * Parses stored JSON.
 * @throws InvalidRecord if it is not JSON
 */
export function parseStoredJson(label: string, text: unknown): unknown {
  try {
    if (typeof text === 'string') return JSON.parse(text);
  } catch {
    // The parser's message quotes its input, so drop it.
  }
  throw new InvalidRecord(`${label} does not match its schema at $ (not JSON); fix or delete it`);
}

function formatJsonPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = String(key);
    return /^[A-Za-z_]\w*$/.test(name) ? `${text}.${name}` : `${text}[${JSON.stringify(name)}]`;
  }, '$');
}
