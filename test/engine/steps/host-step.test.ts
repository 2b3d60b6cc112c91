import { tmpdir } from 'node:os';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { BlankVault } from '../../../src/engine/manual/redacted-vault.ts';
import type { Host } from '../../../src/engine/ssh/ssh-client.ts';
import { machineStep } from '../../../src/engine/steps/host-step.ts';
import type { Context } from '../../../src/engine/workflow/step.ts';
import { aCluster } from '../../fixtures/cluster.ts';

const [machine] = aCluster().controllerMachines;
if (!machine) throw new Error('there is no controller');

/** This machine, with the shell that ssh starts on the others. */
const here: Pick<Host, 'run'> = {
  async run(script, { stdin }) {
    const local = script.replaceAll('/run/', `${tmpdir()}/`);
    const options = { reject: false, ...(stdin === undefined ? {} : { input: stdin }) };
    const { stdout, stderr, exitCode } = await execa('bash', ['--norc', '-euo', 'pipefail', '-c', local], options);
    return { stdout, stderr, exitCode: exitCode ?? -1, durationMs: 1 };
  },
};
const c = {
  remote: { host: () => here },
  vault: new BlankVault(),
  know: () => [],
  signal: new AbortController().signal,
} as unknown as Context;

function look(check: string) {
  return machineStep({ key: 'x/y', title: 'a step', machine: machine as never, check: () => check }).observe(c);
}

test('what a check printed is kept with the look, from both of its outputs', async () => {
  expect(await look('echo one; echo two >&2')).toEqual({ is: 'present', facts: [], saw: 'one\ntwo' });
});

test('a check that prints nothing is seen to work as well', async () => {
  expect(await look('true')).toEqual({ is: 'present', facts: [], saw: '' });
});

test('a check that prints far more than is kept still counts', async () => {
  const seen = await look('seq 1 200000');
  expect(seen).toMatchObject({ is: 'present', saw: expect.stringMatching(/^1\n2\n/) });
  expect(seen.is === 'present' && seen.saw?.length).toBeLessThanOrEqual(1_000);
});

test('a check that fails is absent, whatever it printed', async () => {
  expect(await look('echo works; false')).toEqual({ is: 'absent' });
});
