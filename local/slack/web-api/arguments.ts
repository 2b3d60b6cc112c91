import { z } from 'zod';

/** Argument schemas. Each accepts values from forms (text) and from JSON. */
export const argSchemas = {
  text: z.preprocess((value) => (typeof value === 'number' ? String(value) : value), z.string()),
  flag: z.preprocess(
    (value) => (value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value),
    z.boolean(),
  ),
  count: z.preprocess((value) => (typeof value === 'string' && value !== '' ? Number(value) : value), z.int()),
  /** A value encoded as JSON in forms. Invalid JSON stays text, so the method reports its own error. */
  json: z.preprocess((value) => (typeof value === 'string' ? parseJson(value) : value), z.unknown()),
  /** A comma-separated list, or an array. */
  list: z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',').map((one) => one.trim()) : value),
    z.array(z.string()),
  ),
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
