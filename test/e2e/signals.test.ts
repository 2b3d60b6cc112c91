import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { listOrphanedResources } from '../local/compute/machines/host.ts';
import { until } from '../local/compute/machines/wait-until.ts';
import { findSkipReason } from './find-skip-reason.ts';
import { NpmScript } from './npm-script.ts';

/** Script, its arguments, its file, and the output after which the signal is sent. */
const scripts = [
  ['bench', ['--clusters', '1'], 'bench/load.ts', ''],
  ['chaos', [], 'test/chaos/run.ts', ''],
  ['gallery', [], 'local/gallery/main.ts', 'Open http'],
  ['test', ['--project', 'unit', 'test/health.test.ts'], 'test/run.ts', ''],
  ['screenshots', [], 'scripts/screenshots.ts', ''],
] as const;

describe.skipIf(findSkipReason()).for(['SIGINT', 'SIGTERM'] as const)('when npm receives %s', (signal) => {
  let script: NpmScript | undefined;
  afterEach(async () => await script?.close());

  test.for(scripts)('%s ends with all its processes', async ([name, args, file, output]) => {
    script = new NpmScript(['run', name, '--', ...args]);
    await script.waitForProcess('server', file);
    await script.waitForOutput(output);
    await script.kill('npm', file, signal);
    await script.waitForEnd();
  });

  test('demo ends with all its processes and containers during a create', async () => {
    script = new NpmScript(['run', 'demo']);
    await script.waitForOutput('state in ');
    const stateDir = /state in (\S+)/.exec(script.output)?.[1] ?? '';
    const listResources = () => listOrphanedResources(join(stateDir, 'machines'));
    const hasMachine = async () => (await listResources()).some((each) => each.includes('-vm-demo-'));
    await until('a machine exists', hasMachine, 120_000);
    await script.kill('npm', '', signal);
    expect(await script.waitForEnd()).toBe(1);
    expect(await listResources()).toEqual([]);
    expect(existsSync(stateDir)).toBe(false);
  });
});
