import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'captured');

/** What the script of readings printed on real machines of the local cloud, by the file's name. */
export const captured: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(folder).map((file) => [file.replace('.txt', ''), readFileSync(join(folder, file), 'utf8')]),
);
