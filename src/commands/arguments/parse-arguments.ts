import { parseArgs } from 'node:util';
import type { z } from 'zod';
import type { AnyCommand, CreateDefaults } from '../routing/command.ts';
import { type Flag, listFlags, toFlagName } from './flags.ts';
import { suggest } from './suggest.ts';

type ParsedArguments = { readonly args: Record<string, unknown> } | { readonly problems: readonly string[] };

/** Parses `NAME --flag value --flag=value` by the command's schema. Reports all problems, not only the first. */
export function parseArguments(
  command: AnyCommand,
  words: readonly string[],
  defaults: CreateDefaults,
): ParsedArguments {
  const flags = listFlags(command, defaults);
  const split = splitArguments(words, flags);
  const extra = split.positionals.slice(command.positionals.length).map((word) => `unexpected argument \`${word}\``);
  const problems = [...split.problems, ...extra];
  const positionals = Object.fromEntries(
    command.positionals.flatMap((key, i) => (split.positionals[i] === undefined ? [] : [[key, split.positionals[i]]])),
  );
  const parsed = command.buildArgsSchema(defaults).safeParse({ ...positionals, ...split.flags });
  // A misspelt flag also makes a required value missing. Report only the misspelling.
  if (problems.length > 0) return { problems };
  if (!parsed.success)
    return {
      problems: parsed.error.issues.map((issue) => formatIssue(command, issue, { ...positionals, ...split.flags })),
    };
  return { args: parsed.data };
}

interface SplitArguments {
  readonly positionals: string[];
  readonly flags: Record<string, string | boolean>;
  readonly problems: string[];
}

function splitArguments(words: readonly string[], flags: readonly Flag[]): SplitArguments {
  const options = Object.fromEntries(
    flags.map(({ name, takesValue }) => [name.slice(2), { type: takesValue ? 'string' : 'boolean' } as const]),
  );
  const { tokens } = parseArgs({ args: [...words], options, strict: false, allowPositionals: true, tokens: true });
  const result: SplitArguments = { positionals: [], flags: {}, problems: [] };
  let skippedIndex = -1;
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (token.index !== skippedIndex) result.positionals.push(token.value);
    } else if (token.kind === 'option') {
      const flag = flags.find(({ name }) => name === token.rawName);
      // The word after an unknown flag is probably its value.
      if (!flag && !token.inlineValue) skippedIndex = token.index + 1;
      const problem = flag
        ? findFlagProblem(flag, token, flag.key in result.flags)
        : formatUnknownFlag(token.rawName, flags);
      if (problem) result.problems.push(problem);
      else if (flag) result.flags[flag.key] = token.value ?? true;
    }
  }
  return result;
}

function findFlagProblem(
  { name, takesValue }: Flag,
  { value, inlineValue }: { readonly value?: string | undefined; readonly inlineValue?: boolean | undefined },
  isRepeated: boolean,
): string | undefined {
  if (isRepeated) return `\`${name}\` is given twice`;
  if (!takesValue) return inlineValue ? `\`${name}\` takes no value` : undefined;
  return value === undefined || value.startsWith('--') ? `\`${name}\` needs a value` : undefined;
}

function formatUnknownFlag(name: string, flags: readonly Flag[]): string {
  const suggestion = suggest(
    name,
    flags.map((one) => one.name),
  );
  return suggestion ? `unknown flag \`${name}\`; did you mean \`${suggestion}\`?` : `unknown flag \`${name}\``;
}

function formatIssue(command: AnyCommand, issue: z.core.$ZodIssue, given: Record<string, unknown>): string {
  const key = String(issue.path[0] ?? '');
  const label = command.positionals.includes(key) ? key.toUpperCase() : toFlagName(key);
  if (!key) return issue.message;
  if (given[key] === undefined && issue.code !== 'custom') return `\`${label}\` is missing`;
  return given[key] === undefined
    ? `\`${label}\`: ${issue.message}`
    : `\`${label} ${String(given[key])}\`: ${issue.message}`;
}

/**
 * Splits text into words; quotes preserve spaces. Slack's clients replace `"` by curly quotes and `--` by a dash, so both
 * are converted back.
 */
export function tokenize(text: string): string[] {
  const normalized = text
    .replaceAll(/[“”„]/g, '"')
    .replaceAll(/[‘’]/g, "'")
    .replaceAll(/(^|\s)[—–](?=[a-z])/gi, '$1--');
  const words = normalized.match(/(?:"[^"]*"|'[^']*'|[^\s"']|["'])+/g) ?? [];
  return words.map((word) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
}
