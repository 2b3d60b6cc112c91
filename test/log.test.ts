import { expect, test } from 'vitest';
import { createLogger } from '../src/create-logger.ts';

test('writes Cloud Logging’s format with run and step as labels', () => {
  const [line] = logged((log) => log({ run: 'r1', step: 'network/vpc', attempt: 2 }, 'a step'));
  expect(line).toEqual({
    ...{ severity: 'INFO', time: expect.stringMatching(/^\d{4}-.*T.*Z$/), message: 'a step' },
    ...{ run: 'r1', step: 'network/vpc', attempt: 2 },
    'logging.googleapis.com/labels': { run: 'r1', step: 'network/vpc' },
  });
});

test.each([
  [{ error: new Error('no') }, 'ERROR'],
  [{ severity: 'CRITICAL' }, 'CRITICAL'],
  [{ severity: 'WARNING' }, 'WARNING'],
  [{ severity: 'ERROR' }, 'ERROR'],
  [{}, 'INFO'],
])('logs %o with severity %s', (fields, severity) => {
  expect(logged((log) => log(fields, 'x'))).toMatchObject([{ severity }]);
});

test('masks secrets in texts, causes, lists, objects and error fields', () => {
  // Made here, so that nobody takes them for real ones.
  const secrets = ['xoxb-1234-5678-abcDEF', 'MIIB'.repeat(20), `abcdef.${'0123456789abcdef'}`];
  const pem = `-----BEGIN RSA PRIVATE KEY-----\n${secrets[1]}\n-----END RSA PRIVATE KEY-----`;
  const cause = Object.assign(new Error(`cause ${secrets[2]}`), { config: { body: secrets[1] } });
  const error = new Error(`token ${secrets[0]} ${pem}`, { cause });
  const lines = logged((log) => log({ error, text: secrets[0], list: [secrets[2]], deep: { deeper: { pem } } }, 'x'));
  const text = JSON.stringify(lines);
  expect(text).toContain('[masked]');
  for (const secret of secrets) expect(text).not.toContain(secret);
});

function logged(work: (log: ReturnType<typeof createLogger>) => void): unknown[] {
  const lines: string[] = [];
  work(createLogger('info', { write: (line) => lines.push(line) }));
  return lines.map((line) => JSON.parse(line));
}
