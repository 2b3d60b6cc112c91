import type { z } from 'zod';
import type { Command, CreateDefaults } from '../routing/command.ts';
import { type Flag, flagName, flagsOf } from './flags.ts';
import { nearest } from './suggest.ts';

export type Arguments = { readonly args: Record<string, unknown> } | { readonly problems: readonly string[] };

/** A command's arguments from its words: `NAME --flag value --flag=value`. Every problem is said, not just the first. */
export function readArguments(command: Command, words: readonly string[], defaults: CreateDefaults): Arguments {
  const flags = flagsOf(command, defaults);
  const raw = sorted(words, flags);
  const extra = raw.placed.slice(command.places.length).map((word) => `\`${word}\` is one word too many`);
  const problems = [...raw.problems, ...extra];
  const given = Object.fromEntries(
    command.places.flatMap((key, i) => (raw.placed[i] === undefined ? [] : [[key, raw.placed[i]]])),
  );
  const checked = command.args(defaults).safeParse({ ...given, ...raw.flags });
  // A misspelt flag makes its value missing: only the first is worth saying.
  if (problems.length > 0) return { problems };
  if (!checked.success)
    return { problems: checked.error.issues.map((issue) => sentence(command, issue, { ...given, ...raw.flags })) };
  return { args: checked.data };
}

interface Sorted {
  readonly placed: string[];
  readonly flags: Record<string, string | boolean>;
  readonly problems: string[];
}

function sorted(words: readonly string[], flags: readonly Flag[]): Sorted {
  const out: Sorted = { placed: [], flags: {}, problems: [] };
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (!word.startsWith('--')) {
      out.placed.push(word);
      continue;
    }
    const [name = '', ...rest] = word.split('=');
    const flag = flags.find((one) => one.flag === name);
    const inline = rest.length > 0 ? rest.join('=') : undefined;
    if (!flag) {
      out.problems.push(unknownFlag(name, flags));
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

function unknownFlag(name: string, flags: readonly Flag[]): string {
  const meant = nearest(
    name,
    flags.map((one) => one.flag),
  );
  return meant ? `there is no \`${name}\`; did you mean \`${meant}\`?` : `there is no \`${name}\``;
}

function sentence(command: Command, issue: z.core.$ZodIssue, given: Record<string, unknown>): string {
  const key = String(issue.path[0] ?? '');
  const label = command.places.includes(key) ? key.toUpperCase() : flagName(key);
  if (!key) return issue.message;
  if (given[key] === undefined && issue.code !== 'custom') return `\`${label}\` is missing`;
  return given[key] === undefined
    ? `\`${label}\`: ${issue.message}`
    : `\`${label} ${String(given[key])}\`: ${issue.message}`;
}
