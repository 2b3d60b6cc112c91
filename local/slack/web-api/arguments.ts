import { z } from 'zod';

/** The kinds of arguments, each readable from a form (all text) and from JSON. */
export const argSchemas = {
  text: z.preprocess((value) => (typeof value === 'number' ? String(value) : value), z.string()),
  flag: z.preprocess(
    (value) => (value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value),
    z.boolean(),
  ),
  count: z.preprocess((value) => (typeof value === 'string' && value !== '' ? Number(value) : value), z.int()),
  /** A value that a form carries as JSON. What is no JSON stays text, for the method to refuse in its own words. */
  json: z.preprocess((value) => (typeof value === 'string' ? parseJson(value) : value), z.unknown()),
  /** Names separated by commas, or a list of them. */
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
