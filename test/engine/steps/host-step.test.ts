import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/cluster/errors.ts';
import type { Output } from '../../../src/engine/cluster/output.ts';
import { RedactedVault } from '../../../src/engine/manual/redacted-vault.ts';
import { etcd } from '../../../src/engine/phases/etcd.ts';
import { hostStep } from '../../../src/engine/steps/host-step.ts';
import type { StepContext } from '../../../src/engine/steps/step-context.ts';
import { stepHandle } from '../../../src/engine/workflow/step-handle.ts';
import { Secret } from '../../../src/store/vault/secret.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { buildCluster } from '../../fixtures/cluster.ts';
import { BashHost } from '../../support/bash-host.ts';

const cluster = buildCluster();
const [instance] = cluster.controllerInstances;
if (!instance) throw new Error('there is no controller');
const manifest = '/var/lib/kthw/managed-files.sha256';
const path = '/etc/toy/config';

let host: BashHost;
let c: StepContext;
beforeEach(() => {
  host = new BashHost();
  c = {
    ssh: { getHost: () => host },
    vault: new RedactedVault(),
    cluster,
    clock: new FakeClock(),
    findOutput: () => undefined,
    compute: { instances: { get: async () => ({ status: 'RUNNING', externalAddress: '203.0.113.7' }) } },
    getOutput: () => [],
    signal: new AbortController().signal,
  } as unknown as StepContext;
});
afterEach(() => host.remove());

type Options = Partial<Parameters<typeof hostStep>[0]>;

function createStep(options: Options) {
  return hostStep({ handle: stepHandle('x/y'), title: 'a step', instance: instance as never, ...options });
}

function withFile(content: string | Secret = 'new', options: Options = {}) {
  return createStep({ files: () => [{ path, content, mode: 0o600 }], ...options });
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

describe('an observation', () => {
  test('has the output of the check, from stdout and stderr', async () => {
    const step = createStep({ checkScript: () => 'echo one; echo two >&2' });
    expect(await step.observe(c)).toEqual({ status: 'present', outputs: [], commandOutput: 'one\ntwo' });
  });

  test('passes without output', async () => {
    expect(await createStep({ checkScript: () => 'true' }).observe(c)).toEqual({ status: 'present', outputs: [] });
  });

  test('passes with more output than is kept', async () => {
    const observation = await createStep({ checkScript: () => 'seq 1 200000' }).observe(c);
    expect(observation).toMatchObject({ status: 'present', commandOutput: expect.stringMatching(/^1\n2\n/) });
    expect(observation.status === 'present' && observation.commandOutput?.length).toBeLessThanOrEqual(1_000);
  });

  test('is absent when the check fails, whatever it printed', async () => {
    expect(await createStep({ checkScript: () => 'echo works; false' }).observe(c)).toEqual({ status: 'absent' });
  });

  test('has the outputs of the step when present', async () => {
    const outputs = [{ name: 'x', value: 1 }];
    expect(await createStep({ outputs }).observe(c)).toMatchObject({ status: 'present', outputs });
  });

  test('is absent without the file, and runs no check', async () => {
    const step = withFile('new', { checkScript: () => 'touch /run/checked' });
    expect(await step.observe(c)).toEqual({ status: 'absent' });
    expect(host.read('/run/checked')).toBeUndefined();
  });

  test('is present with the right content', async () => {
    host.write(path, 'new');
    expect(await withFile().observe(c)).toEqual({ status: 'present', outputs: [] });
  });

  test('is present with the right content of a secret', async () => {
    host.write(path, 'new');
    expect(await withFile(new Secret('new')).observe(c)).toEqual({ status: 'present', outputs: [] });
  });

  test('is a conflict after somebody changed the file, with both digests', async () => {
    host.write(path, 'edited');
    host.write(manifest, `${digest('old')} ${path}\n`);
    expect(await withFile('new', { checkScript: () => 'touch /run/checked' }).observe(c)).toEqual({
      status: 'different',
      differences: [
        {
          field: `${instance.name}:${path}`,
          desired: digest('new').slice(0, 12),
          actual: digest('edited').slice(0, 12),
        },
      ],
    });
    expect(host.read('/run/checked')).toBeUndefined();
  });

  test('is absent when kthw wrote the other content earlier', async () => {
    host.write(path, 'old');
    host.write(manifest, `${digest('older')} ${path}\n${digest('old')} ${path}\n`);
    expect(await withFile().observe(c)).toEqual({ status: 'absent' });
  });

  test.each([
    ['of another file', `${digest('edited')} ${path}.d`],
    ['that only contains it', `${digest('edited')} ${path}`.slice(1)],
  ])('is a conflict when the manifest has a line %s', async (_, line) => {
    host.write(path, 'edited');
    host.write(manifest, `${line}\n`);
    expect(await withFile().observe(c)).toMatchObject({ status: 'different' });
  });

  test('leaves no temporary file', async () => {
    await withFile().observe(c);
    await createStep({}).observe(c);
    expect(await host.run('ls -A /run/', {})).toMatchObject({ stdout: '', exitCode: 0 });
  });
});

describe('an application', () => {
  test('writes the file with its mode, records its digest, runs the script and observes', async () => {
    const step = withFile('new', {
      applyScript: () => 'echo applied; echo more > /run/applied',
      checkScript: () => 'cat /run/applied',
    });
    expect(await step.apply?.(c)).toEqual({ status: 'present', outputs: [], commandOutput: 'more' });
    expect(host.read(path)).toBe('new');
    expect(statSync(host.locate(path)).mode & 0o777).toBe(0o600);
    expect(statSync(host.locate(manifest)).mode & 0o777).toBe(0o600);
    // A later release may overwrite it.
    expect(await withFile('newer').observe(c)).toEqual({ status: 'absent' });
  });

  test('without files writes no manifest', async () => {
    await createStep({ applyScript: () => 'true' }).apply?.(c);
    expect(host.read(manifest)).toBeUndefined();
  });

  test('fails with the exit code of the script', async () => {
    const applying = createStep({ applyScript: () => 'echo broken >&2; exit 3' }).apply?.(c);
    await expect(applying).rejects.toMatchObject({ code: 'command-failed', detail: expect.stringContaining('broken') });
  });

  test('fails with the error of an exit code, and only of that one', async () => {
    const errorForExitCode: Options['errorForExitCode'] = ({ exitCode }) =>
      exitCode === 7 ? new KthwError('quota', { doing: 'x' }) : undefined;
    await expect(createStep({ applyScript: () => 'exit 7', errorForExitCode }).apply?.(c)).rejects.toMatchObject({
      code: 'quota',
    });
    await expect(createStep({ applyScript: () => 'exit 8', errorForExitCode }).apply?.(c)).rejects.toMatchObject({
      code: 'command-failed',
    });
    expect(await createStep({ errorForExitCode: () => new KthwError('quota', { doing: 'x' }) }).apply?.(c)).toEqual({
      status: 'present',
      outputs: [],
    });
  });

  test('stops at the first failing command of the script', async () => {
    const applying = createStep({ applyScript: () => 'false\ntouch /run/continued' }).apply?.(c);
    await expect(applying).rejects.toMatchObject({ code: 'command-failed' });
    expect(host.read('/run/continued')).toBeUndefined();
  });

  test('reports a full disk', async () => {
    const applying = createStep({ applyScript: () => 'echo "No space left on device" >&2; exit 1' }).apply?.(c);
    await expect(applying).rejects.toMatchObject({ code: 'disk-full' });
  });
});

describe('a removal', () => {
  test('runs the script, then deletes the files, and can be repeated', async () => {
    const step = withFile('new', { removeScript: 'cp /etc/toy/config /run/removed || true' });
    host.write(path, 'whatever');
    expect(await step.removable?.exists?.(c)).toBe(true);
    await step.removable?.remove(c);
    expect(host.read('/run/removed')).toBe('whatever');
    expect(host.read(path)).toBeUndefined();
    expect(await step.removable?.exists?.(c)).toBe(false);
    await step.removable?.remove(c);
  });

  test('that fails reports it', async () => {
    await expect(createStep({ removeScript: 'exit 4' }).removable?.remove(c)).rejects.toMatchObject({
      code: 'command-failed',
    });
  });

  test('of a step without files is needed while its check passes', async () => {
    const { removable } = createStep({ checkScript: () => '[ -e /run/there ]', removeScript: 'rm -f /run/there' });
    expect(await removable?.exists?.(c)).toBe(false);
    host.write('/run/there', '');
    expect(await removable?.exists?.(c)).toBe(true);
  });

  test('is not offered by a step that leaves nothing', () => {
    expect(createStep({ checkScript: () => 'true' }).removable).toBeUndefined();
  });
});

describe('a member of a formed etcd cluster', () => {
  function getStep(key: string) {
    const step = etcd.steps(cluster).find(({ handle }) => handle.key === key);
    if (!step) throw new Error(`there is no step ${key}`);
    return step;
  }

  test('is refused without its data, because it would form a second cluster', async () => {
    const applying = getStep(`etcd/${instance.name}/existing`).apply?.(c);
    await expect(applying).rejects.toMatchObject({ code: 'etcd-data-lost' });
    expect(host.systemctlCalls).toEqual([]);
  });

  test('is not started again without its data', async () => {
    const formed = {
      ...c,
      findOutput: (output: Output<unknown>) => (output.name === 'etcd-formed' ? true : undefined),
    };
    await expect(getStep(`etcd/${instance.name}`).apply?.(formed as StepContext)).rejects.toMatchObject({
      code: 'etcd-data-lost',
    });
    expect(host.systemctlCalls).toEqual([]);
  });

  test('starts without data while the cluster is not formed', async () => {
    await getStep(`etcd/${instance.name}`).apply?.(c);
    expect(host.systemctlCalls.slice(0, 3)).toEqual(['daemon-reload', 'enable -q etcd', 'start --no-block etcd']);
    expect(host.read('/etc/systemd/system/etcd.service')).toContain('--initial-cluster-state=new');
  });

  test('restarts as an existing member with its data', async () => {
    host.write('/var/lib/etcd/member/wal', '');
    expect(await getStep(`etcd/${instance.name}/existing`).apply?.(c)).toMatchObject({
      status: 'present',
      outputs: [{ name: 'etcd-formed', value: true }],
    });
    expect(host.read('/etc/systemd/system/etcd.service')).toContain('--initial-cluster-state=existing');
    expect(host.systemctlCalls).toEqual(['daemon-reload']);
  });

  test('reports other failures by their exit code', async () => {
    host.write('/var/lib/etcd/member/wal', '');
    host.write('/bin/systemctl', '#!/bin/sh\nexit 5\n');
    await expect(getStep(`etcd/${instance.name}/existing`).apply?.(c)).rejects.toMatchObject({
      code: 'command-failed',
    });
  });
});
