import { z } from 'zod';
import type { Command, CreateDefaults } from '../routing/command.ts';

export interface Flag {
  readonly key: string;
  /** With its dashes. */
  readonly name: string;
  readonly takesValue: boolean;
  readonly help: string;
  readonly defaultValue?: string;
}

/** A command's flags, from the schema of its arguments. */
export function listFlags(command: Command, defaults: CreateDefaults): Flag[] {
  const schema = command.buildArgsSchema(defaults);
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties)
    .filter(([key]) => !command.positionals.includes(key))
    .map(([key, property]) => {
      const { type, description = '' } = typeof property === 'object' ? property : {};
      // What comes of nothing is what is taken where nobody says.
      const defaultValue = z.safeParse(schema.shape[key] ?? z.undefined(), undefined).data;
      const defaultField =
        defaultValue === undefined || defaultValue === false ? {} : { defaultValue: String(defaultValue) };
      return { key, name: toFlagName(key), takesValue: type !== 'boolean', help: description, ...defaultField };
    });
}

export function toFlagName(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
