import { z } from 'zod';
import type { Command, CreateDefaults } from '../routing/command.ts';

export interface Flag {
  readonly key: string;
  /** With its dashes. */
  readonly flag: string;
  readonly takesValue: boolean;
  readonly help: string;
  readonly fallback?: string;
}

/** A command's flags, from the schema of its arguments. */
export function flagsOf(command: Command, defaults: CreateDefaults): Flag[] {
  const schema = command.args(defaults);
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties)
    .filter(([key]) => !command.places.includes(key))
    .map(([key, property]) => {
      const { type, description = '' } = typeof property === 'object' ? property : {};
      // What comes of nothing is what is taken where nobody says.
      const fallback = z.safeParse(schema.shape[key] ?? z.undefined(), undefined).data;
      const shown = fallback === undefined || fallback === false ? {} : { fallback: String(fallback) };
      return { key, flag: flagName(key), takesValue: type !== 'boolean', help: description, ...shown };
    });
}

export function flagName(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
