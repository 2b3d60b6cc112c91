import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../local/compute/read-settings.ts';

const token = 'only-for-this-test';
const main = fileURLToPath(new URL('../../../local/compute/main.ts', import.meta.url));

describe('the Compute Engine emulator process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('prints its URL, responds, and exits on %s', async (signal) => {
    const env = { KTHW_CLOUD_TOKEN: token };
    const args = [main, '--machines', 'none', '--operation-delay', '0'];
    const child = execa(process.execPath, args, { env, reject: false });
    let url = '';
    for await (const line of child) {
      url = /^listening (http:\/\/127\.0\.0\.1:\d+)$/.exec(line)?.[1] ?? '';
      const headers = { authorization: `Bearer ${token}` };
      expect((await fetch(`${url}/compute/v1/projects/p/zones/us-central1-a`, { headers })).status).toBe(200);
      child.kill(signal);
    }
    expect((await child).exitCode).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('rejects invalid settings with a message', async () => {
    const { exitCode, stderr } = await execa(process.execPath, [main, '--host', '0.0.0.0'], { reject: false });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('expected a loopback address')]);
  });

  it('prefers flags to environment variables', () => {
    const environment = {
      KTHW_CLOUD_TOKEN: token,
      KTHW_CLOUD_PORT: '1',
      KTHW_CLOUD_QUOTAS: '{"CPUS": 8}',
      KTHW_CLOUD_MACHINES: 'none',
    };
    expect(readSettings(['--port', '2', '--nspawn-options', '{"stateDir": "/s"}'], environment)).toEqual({
      port: 2,
      host: '127.0.0.1',
      addressBlock: 44,
      operationDelayMs: 1000,
      quotas: { CPUS: 8 },
      organizationPolicies: [],
      machines: 'none',
      token,
      nspawnOptions: { stateDir: '/s' },
    });
  });

  it.each([
    [['--port', '99999']],
    [['--machines', 'docker']],
    [['--quotas', '{']],
    [['--block', '0']],
    [['--colour', 'red']],
    [['--host', 'example.com']],
  ])('refuses %j', (args) => {
    expect(() => readSettings(args, { KTHW_CLOUD_TOKEN: token })).toThrow();
  });

  it('requires a token, from the environment only', () => {
    expect(() => readSettings([], {})).toThrow('KTHW_CLOUD_TOKEN is required');
    expect(() => readSettings(['--token', token], { KTHW_CLOUD_TOKEN: token })).toThrow();
  });
});
