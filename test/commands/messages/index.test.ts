import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as messageCatalogue from '../../../src/commands/messages/index.ts';

const commandsFolder = join(import.meta.dirname, '../../../src/commands');
const messagesFolder = join(commandsFolder, 'messages');
const files = readdirSync(messagesFolder).filter((file) => file !== 'index.ts');

test.each(files)('%s: its renderers are in index.ts', async (file) => {
  const exported: Readonly<Record<string, unknown>> = await import(join(messagesFolder, file));
  const renderers = Object.keys(exported).filter((name) => name.startsWith('render'));
  const missing = renderers.filter((name) => !(name in messageCatalogue));
  expect(missing, `add ${missing.join(', ')} to index.ts`).toEqual([]);
});

test('no file outside of messages/ builds a message', () => {
  const others = readdirSync(commandsFolder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.startsWith('messages/'),
  );
  expect(others.length).toBeGreaterThan(30);
  const builders = others.filter((file) => importsBuilders(readFileSync(join(commandsFolder, file), 'utf8')));
  expect(builders, 'move the renderer to src/commands/messages').toEqual([]);
});

/** Every file may import the type of a message, but not the builders. */
function importsBuilders(code: string): boolean {
  return /^import \{[^}]*\} from '[^']*\/blocks\.ts'/m.test(code);
}
