import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';

const heavy = ['@google-cloud', '@opentelemetry', 'google-auth-library', 'google-gax', '@grpc', '@resvg'];

test('startup loads no Google client, tracing or renderer', { timeout: 60_000 }, async () => {
  const program = `
    await import(process.argv[1]);
    const { createRequire } = await import('node:module');
    console.log(JSON.stringify(Object.keys(createRequire(import.meta.url).cache)));`;
  const entry = join(import.meta.dirname, '../src/app.ts');
  const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', program, entry]);
  const loaded: string[] = JSON.parse(stdout);
  const packages = new Set(loaded.map((path) => path.split('/node_modules/').at(-1) ?? ''));
  // It did see what is loaded.
  expect([...packages].some((path) => path.startsWith('@slack/bolt/'))).toBe(true);
  expect([...packages].filter((path) => heavy.some((name) => path.startsWith(`${name}/`)))).toEqual([]);
});
