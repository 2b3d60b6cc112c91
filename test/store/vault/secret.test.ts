import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/store/vault/secret.ts';

const TEXT = 'tell-nobody-ü';
/** Traces that accidental printing of bytes would show. */
const TRACES = [
  'tell-nobody',
  Buffer.from(TEXT).toString('base64'),
  Buffer.from(TEXT).toString('hex'),
  '74 65 6c',
  '116,101',
];

describe('a secret', () => {
  test('reveals text and bytes on request', () => {
    expect(new Secret(TEXT).reveal()).toBe(TEXT);
    expect(new Secret(Buffer.from(TEXT)).reveal()).toBe(TEXT);
    expect(Buffer.from(new Secret(TEXT).revealBytes()).toString()).toBe(TEXT);
  });

  test.each<[string, (secret: Secret) => string]>([
    ['String()', (s) => String(s)],
    ['a template', (s) => `${s}`],
    ['adding it to text', (s) => `x${s}`],
    ['joining a list', (s) => [s, s].join()],
    ['JSON', (s) => JSON.stringify({ deep: [s] })],
    ['inspect', (s) => inspect({ deep: { deeper: [s] } }, { depth: 10, showHidden: true })],
    ['inspect past its own way', (s) => inspect(s, { customInspect: false, showHidden: true })],
    ['format', (s) => format('%s %o %O %j', s, s, s, s)],
    ['console', (s) => printed((console) => console.log('here', s, { s }, [s]))],
    ['console.dir', (s) => printed((console) => console.dir(s, { showHidden: true }))],
    ['console.table', (s) => printed((console) => console.table([{ s }]))],
    ['an error and its cause', (s) => inspect(new Error(`of ${s}`, { cause: { s } }))],
    ['an error that carries it', (s) => inspect(Object.assign(new Error('x'), { s, cause: s }))],
    ['a log', (s) => logged(s)],
    ['its entries', (s) => JSON.stringify([Object.entries(s), Object.getOwnPropertyNames(s)])],
    ['a copy', (s) => inspect({ ...s })],
    ['a structured clone', (s) => inspect(structuredClone({ s }))],
  ])('is not shown by %s', (_, show) => {
    const shown = show(new Secret(TEXT));
    for (const trace of TRACES) expect(shown).not.toContain(trace);
  });

  test('prints as [secret]', () => {
    const secret = new Secret(TEXT);
    expect([`${secret}`, JSON.stringify(secret), inspect(secret)]).toEqual(['[secret]', '"[secret]"', '[secret]']);
  });
});

function printed(print: (console: Console) => void): string {
  let text = '';
  const stdout = new Writable({
    write(chunk, _, done) {
      text += chunk;
      done();
    },
  });
  print(new Console({ stdout }));
  return text;
}

function logged(secret: Secret): string {
  let text = '';
  const write = (line: string): void => {
    text += line;
  };
  const log = pino({}, { write });
  log.info({ secret, err: new Error('x', { cause: secret }) }, `said ${secret}`);
  return text;
}
