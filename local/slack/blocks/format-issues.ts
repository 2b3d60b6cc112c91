import type { z } from 'zod';

type Path = readonly PropertyKey[];

/**
 * Formats schema errors in Slack's wording: `no more than 50 items allowed [json-pointer:/blocks]`.
 * @param basePath JSON pointer of the value in the arguments
 */
export function formatIssues(error: z.ZodError, basePath: Path = []): string[] {
  return error.issues.flatMap((issue) => {
    const path = [...basePath, ...issue.path];
    if (isMissingField(issue)) return formatIssue(describeIssue(issue), path.slice(0, -1));
    if (issue.code !== 'unrecognized_keys') return formatIssue(describeIssue(issue), path);
    return issue.keys.map((key) => formatIssue(`invalid additional property: ${key}`, path));
  });
}

/** Formats one error with its JSON pointer. */
export function formatIssue(message: string, path: Path): string {
  return path.length === 0 ? message : `${message} [json-pointer:/${path.map(String).join('/')}]`;
}

function isMissingField(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'invalid_type' && issue.input === undefined;
}

function describeIssue(issue: z.core.$ZodIssue): string {
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
      if (isMissingField(issue)) return `missing required field: ${String(issue.path.at(-1) ?? '')}`;
      return `must be ${addArticle(issue.expected)}`;
    case 'invalid_union':
      return `unsupported ${String(issue.discriminator ?? 'value')}`;
    case 'invalid_value':
      return `must be one of: ${issue.values.map(String).join(', ')}`;
    default:
      return issue.message;
  }
}

function addArticle(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}
