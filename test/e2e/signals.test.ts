import { afterEach, describe, expect, test } from 'vitest';
import { findSkipReason } from './find-skip-reason.ts';
import { listNamespaces } from './list-namespaces.ts';
import { NpmScript } from './npm-script.ts';

/** Script, its arguments, its file, and the output after which the signal is sent. */
const scripts = [
  ['demo', [], 'local/demo.ts', 'local stack ready'],
  ['bench', ['--clusters', '1'], 'bench/load.ts', ''],
  ['chaos', [], 'test/chaos/run.ts', ''],
  ['gallery', [], 'local/gallery/main.ts', 'Open http'],
  ['test', ['--project', 'unit', 'test/health.test.ts'], 'test/run.ts', ''],
  ['screenshots', [], 'scripts/screenshots.ts', ''],
] as const;

describe.skipIf(findSkipReason())('an npm script', () => {
  let script: NpmScript | undefined;
  afterEach(async () => await script?.close());

  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    test.for(scripts)(
      `%s ends with all its processes when npm receives ${signal}`,
      async ([name, args, file, output]) => {
        const before = await listNamespaces();
        script = new NpmScript(['run', name, '--', ...args]);
        await script.waitForProcess('server', file);
        await script.waitForOutput(output);
        await script.kill('npm', file, signal);
        await script.waitForEnd();
        expect(await listNamespaces()).toEqual(before);
      },
    );
});
