import { z } from 'zod';
import type { AnyCommand, CreateDefaults } from '../routing/command.ts';

export interface Flag {
  readonly key: string;
  /** Includes the leading `--`. */
  readonly name: string;
  readonly takesValue: boolean;
  readonly help: string;
  readonly defaultValue?: string;
}

/** Lists the flags of a command, derived from its arguments schema. */
export function listFlags(command: AnyCommand, defaults: CreateDefaults): Flag[] {
  const schema = command.buildArgsSchema(defaults);
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties)
    .filter(([key]) => !command.positionals.includes(key))
    .map(([key, property]) => {
      const { type, description = '' } = typeof property === 'object' ? property : {};
      // Parsing `undefined` yields the default.
      const defaultValue = z.safeParse(schema.shape[key] ?? z.undefined(), undefined).data;
      const defaultField =
        defaultValue === undefined || defaultValue === false ? {} : { defaultValue: String(defaultValue) };
      return { key, name: toFlagName(key), takesValue: type !== 'boolean', help: description, ...defaultField };
    });
}

export function toFlagName(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
