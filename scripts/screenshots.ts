import { cp, mkdir } from 'node:fs/promises';
import { execa } from 'execa';

/** Takes the images in `docs/images` with the browser tests. */
const child = execa(process.execPath, ['test/run.ts', '--project', 'browser', 'test/browser/screenshots.test.ts'], {
  stdio: ['ignore', 'inherit', 'inherit'],
  reject: false,
});
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => child.kill(name));
const { exitCode = 1 } = await child;
if (exitCode === 0) {
  await mkdir('docs/images', { recursive: true });
  await cp('test/browser/artefacts/screenshots', 'docs/images', { recursive: true });
}
process.exitCode = exitCode;
