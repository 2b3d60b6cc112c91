import { tmpdir } from 'node:os';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { RedactedVault } from '../../../src/engine/manual/redacted-vault.ts';
import type { SshHost } from '../../../src/engine/ssh/ssh-client.ts';
import { hostStep } from '../../../src/engine/steps/host-step.ts';
import type { StepContext } from '../../../src/engine/steps/step-context.ts';
import { stepHandle } from '../../../src/engine/workflow/step-handle.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { buildCluster } from '../../fixtures/cluster.ts';

const [machine] = buildCluster().controllerInstances;
if (!machine) throw new Error('there is no controller');

/** This machine, with the shell that ssh starts on the others. */
const here: Pick<SshHost, 'run'> = {
  async run(script, { stdin }) {
    const local = script.replaceAll('/run/', `${tmpdir()}/`);
    const options = { reject: false, ...(stdin === undefined ? {} : { input: stdin }) };
    const { stdout, stderr, exitCode } = await execa('bash', ['--norc', '-euo', 'pipefail', '-c', local], options);
    return { stdout, stderr, exitCode: exitCode ?? -1, durationMs: 1 };
  },
};
const c = {
  ssh: { getHost: () => here },
  vault: new RedactedVault(),
  ...{ cluster: buildCluster(), clock: new FakeClock(), findOutput: () => undefined },
  compute: { instances: { get: async () => ({ status: 'RUNNING', externalAddress: '203.0.113.7' }) } },
  getOutput: () => [],
  signal: new AbortController().signal,
} as unknown as StepContext;

function look(check: string) {
  return hostStep({
    handle: stepHandle('x/y'),
    title: 'a step',
    instance: machine as never,
    checkScript: () => check,
  }).observe(c);
}

test('an observation has the output of the check, from stdout and stderr', async () => {
  expect(await look('echo one; echo two >&2')).toEqual({ status: 'present', outputs: [], commandOutput: 'one\ntwo' });
});

test('a check without output passes', async () => {
  expect(await look('true')).toEqual({ status: 'present', outputs: [] });
});

test('a check passes with more output than is kept', async () => {
  const seen = await look('seq 1 200000');
  expect(seen).toMatchObject({ status: 'present', commandOutput: expect.stringMatching(/^1\n2\n/) });
  expect(seen.status === 'present' && seen.commandOutput?.length).toBeLessThanOrEqual(1_000);
});

test('a failed check is absent, whatever it printed', async () => {
  expect(await look('echo works; false')).toEqual({ status: 'absent' });
});
