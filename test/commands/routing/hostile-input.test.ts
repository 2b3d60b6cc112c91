import { describe, expect, test } from 'vitest';
import { allowAllPolicy } from '../../../src/commands/authorization/policy.ts';
import { parseCreateInput } from '../../../src/commands/interactions/parse-create-input.ts';
import { getOperationLabels } from '../../../src/commands/messages/operation-labels.ts';
import { formatChannelError } from '../../../src/commands/notifier/format-channel-error.ts';
import type { CommandDeps } from '../../../src/commands/routing/command.ts';
import { routeButton } from '../../../src/commands/routing/route-button.ts';
import { routeBareCommand, routeCommand } from '../../../src/commands/routing/route-command.ts';
import { routeModalSubmission } from '../../../src/commands/routing/route-modal.ts';
import { getObjectPath } from '../../../src/engine/kubernetes/object-path.ts';
import { operations } from '../../../src/engine/phases/operations.ts';
import { getHostKeyAlgorithms } from '../../../src/engine/ssh/connect-ssh.ts';
import { findOperation } from '../../../src/engine/workflow/operation.ts';
import { buildCreateDefaults, channel, testUser } from '../../fixtures/run.ts';

const defaults = buildCreateDefaults();
const origin = { requester: testUser, channel };

function replyTo(text: string): string {
  const route = routeCommand(text, origin, defaults);
  if (!('immediateReply' in route) || !('message' in route.immediateReply)) throw new Error('not answered at once');
  return JSON.stringify(route.immediateReply.message);
}

describe.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'])('the key %s', (key) => {
  test('is no command', () => {
    expect(replyTo(key)).toContain(`unknown command \`${key}\``);
    expect(replyTo(`help ${key}`)).toContain(key);
    expect(routeBareCommand(key, origin)).toBeUndefined();
  });

  test('is no flag', () => {
    expect(replyTo(`create demo --${key} 3`)).toContain(`unknown flag \`--${key}\``);
    expect(replyTo(`create demo --${key}=3`)).toContain(`unknown flag \`--${key}\``);
  });

  test('is no version, zone or phase', () => {
    expect(replyTo(`create demo --version ${key}`)).toContain('unsupported version');
    expect(replyTo(`create demo --zone ${key}`)).toContain('not a zone');
    expect(replyTo(`rebuild demo --from ${key}`)).toContain('--from');
  });

  test('is no undersized machine type in the form', () => {
    const parse = (input: object) =>
      parseCreateInput(
        { asksForChannel: false, isExpanded: true, undersizedTypes: {} },
        { name: 'demo', ...input },
        { defaults, policy: allowAllPolicy },
      );
    for (const input of [{ machineType: key }, { otherType: key }]) {
      const parsed = parse(input);
      if (key === 'constructor') expect(parsed).toMatchObject({ args: { machineType: key } });
      else expect(parsed).toMatchObject({ errors: expect.anything() });
    }
  });

  test('is no field of the form', () => {
    const input = Object.fromEntries([
      ['name', 'demo'],
      [key, 'x'],
    ]);
    const parsed = parseCreateInput({ asksForChannel: false, isExpanded: true, undersizedTypes: {} }, input, {
      defaults,
      policy: allowAllPolicy,
    });
    expect(Object.keys('errors' in parsed ? parsed.errors : {})).toEqual(['name']);
  });

  test('is no button or modal', () => {
    expect(routeButton(key, '{}', origin)).toBeUndefined();
    expect(routeModalSubmission({ id: key, metadata: '{}', input: {} }, testUser, {} as CommandDeps)).toBeUndefined();
  });

  test('is no operation', () => {
    expect(findOperation(operations, key)).toBeUndefined();
    expect(getOperationLabels(key)).toEqual({ noun: key, inProgress: key, completed: `${key} completed` });
  });

  test('is no error of Slack, kind of Kubernetes object or SSH key type', () => {
    expect(formatChannelError(key)).toBe(`Slack error ${key}`);
    expect(() => getObjectPath({ apiVersion: 'v1', kind: key, metadata: { name: 'x' } })).toThrow('unsupported object');
    expect(getHostKeyAlgorithms([`${key} AAAA`])).toEqual(getHostKeyAlgorithms([]));
  });
});

describe('a long command', () => {
  const tooLong = 'the command is too long; use at most 2000 characters and 100 words';

  test.each([
    ['8,000 unknown flags', `create demo ${'--frob '.repeat(8_000)}`],
    ['8,000 words', `create ${'x '.repeat(8_000)}`],
    ['one long word', `create ${'x'.repeat(40_000)}`],
    ['a long command name', 'x'.repeat(40_000)],
    ['a long flag name', `create demo --${'x'.repeat(40_000)}`],
    ['40,000 quotes', '"'.repeat(40_000)],
    ['200 short words', `create ${'x '.repeat(200)}`],
  ])('of %s gets one sentence', (_, text) => {
    const reply = replyTo(text);
    expect(reply).toContain(tooLong);
    expect(reply.length).toBeLessThan(1_000);
    expect(routeBareCommand(text, origin)).toBeUndefined();
  });

  test('with 50 SSH ranges is accepted', () => {
    const ranges = Array.from({ length: 50 }, (_, i) => `203.100.113.${i}/32`).join();
    expect(routeCommand(`create demo --ttl 8h --controllers 3 --ssh-from ${ranges}`, origin, defaults)).toHaveProperty(
      'execute',
    );
  });
});
