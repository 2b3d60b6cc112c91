import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** Node arguments that start the bot as in production: options, then the script. */
export function readBotCommand(): { readonly options: readonly string[]; readonly script: string } {
  const { entrypoint } = parse(readFileSync(join(import.meta.dirname, '../app.yaml'), 'utf8')) as {
    entrypoint: string;
  };
  const [, ...args] = entrypoint.split(' ');
  return { options: args.slice(0, -1), script: args.at(-1) ?? '' };
}
