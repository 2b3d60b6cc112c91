import type { z } from 'zod';
import type { Command, CreateDefaults } from '../routing/command.ts';
import { type Flag, listFlags, toFlagName } from './flags.ts';
import { suggest } from './suggest.ts';

export type ParsedArguments = { readonly args: Record<string, unknown> } | { readonly problems: readonly string[] };

/** A command's arguments from its words: `NAME --flag value --flag=value`. Every problem is said, not just the first. */
export function parseArguments(command: Command, words: readonly string[], defaults: CreateDefaults): ParsedArguments {
  const flags = listFlags(command, defaults);
  const split = splitArguments(words, flags);
  const extra = split.positionals.slice(command.positionals.length).map((word) => `\`${word}\` is one word too many`);
  const problems = [...split.problems, ...extra];
  const positionals = Object.fromEntries(
    command.positionals.flatMap((key, i) => (split.positionals[i] === undefined ? [] : [[key, split.positionals[i]]])),
  );
  const parsed = command.buildArgsSchema(defaults).safeParse({ ...positionals, ...split.flags });
  // A misspelt flag makes its value missing: only the first is worth saying.
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
  const out: SplitArguments = { positionals: [], flags: {}, problems: [] };
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (!word.startsWith('--')) {
      out.positionals.push(word);
      continue;
    }
    const [name = '', ...rest] = word.split('=');
    const flag = flags.find((one) => one.name === name);
    const inline = rest.length > 0 ? rest.join('=') : undefined;
    if (!flag) {
      out.problems.push(formatUnknownFlag(name, flags));
      // Its value, if it had one, is no name.
      if (inline === undefined && words[i + 1]?.startsWith('--') === false) i++;
    } else if (flag.key in out.flags) {
      out.problems.push(`\`${name}\` is there twice`);
      if (flag.takesValue && inline === undefined) i++;
    } else if (!flag.takesValue) {
      if (inline !== undefined) out.problems.push(`\`${name}\` takes no value`);
      out.flags[flag.key] = true;
    } else {
      const value = inline ?? words[++i];
      if (value === undefined || value.startsWith('--')) out.problems.push(`\`${name}\` needs a value`);
      else out.flags[flag.key] = value;
    }
  }
  return out;
}

function formatUnknownFlag(name: string, flags: readonly Flag[]): string {
  const suggestion = suggest(
    name,
    flags.map((one) => one.name),
  );
  return suggestion ? `there is no \`${name}\`; did you mean \`${suggestion}\`?` : `there is no \`${name}\``;
}

function formatIssue(command: Command, issue: z.core.$ZodIssue, given: Record<string, unknown>): string {
  const key = String(issue.path[0] ?? '');
  const label = command.positionals.includes(key) ? key.toUpperCase() : toFlagName(key);
  if (!key) return issue.message;
  if (given[key] === undefined && issue.code !== 'custom') return `\`${label}\` is missing`;
  return given[key] === undefined
    ? `\`${label}\`: ${issue.message}`
    : `\`${label} ${String(given[key])}\`: ${issue.message}`;
}
