import type { z } from 'zod';

type Path = readonly PropertyKey[];

/**
 * What a schema had against a value, in Slack's words: `no more than 50 items allowed [json-pointer:/blocks]`.
 * @param at where in the arguments the value was
 */
export function complaints(error: z.ZodError, at: Path = []): string[] {
  return error.issues.flatMap((issue) => {
    const path = [...at, ...issue.path];
    if (isMissing(issue)) return complaint(sentence(issue), path.slice(0, -1));
    if (issue.code !== 'unrecognized_keys') return complaint(sentence(issue), path);
    return issue.keys.map((key) => complaint(`invalid additional property: ${key}`, path));
  });
}

/** One complaint with the place it is about. */
export function complaint(what: string, at: Path): string {
  return at.length === 0 ? what : `${what} [json-pointer:/${at.map(String).join('/')}]`;
}

function isMissing(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'invalid_type' && issue.input === undefined;
}

function sentence(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_big':
      return issue.origin === 'array'
        ? `no more than ${issue.maximum} items allowed`
        : issue.origin === 'string'
          ? `must be less than ${Number(issue.maximum) + 1} characters`
          : `must be at most ${issue.maximum}`;
    case 'too_small':
      return issue.origin === 'array'
        ? `no fewer than ${issue.minimum} items allowed`
        : issue.origin === 'string'
          ? `must be more than ${Number(issue.minimum) - 1} characters`
          : `must be at least ${issue.minimum}`;
    case 'invalid_type':
      if (isMissing(issue)) return `missing required field: ${String(issue.path.at(-1) ?? '')}`;
      return `must be ${article(issue.expected)}`;
    case 'invalid_union':
      return `unsupported ${String(issue.discriminator ?? 'value')}`;
    case 'invalid_value':
      return `must be one of: ${issue.values.map(String).join(', ')}`;
    default:
      return issue.message;
  }
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}
