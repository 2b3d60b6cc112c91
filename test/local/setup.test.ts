import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import lock from '../../package-lock.json' with { type: 'json' };

const root = join(import.meta.dirname, '../..');

/** Names of the packages in the lock file that have an install script. */
const scripted = Object.entries(lock.packages).flatMap(([path, entry]) =>
  'hasInstallScript' in entry ? [path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)] : [],
);

test('each package with an install script is allowed or denied by name', () => {
  expect(scripted).toContain('node');
  expect(new Set(Object.keys(manifest.allowScripts))).toEqual(new Set(scripted));
});

test('npm runs no install script by itself', async () => {
  const { stdout } = await execa('npm', ['config', 'get', 'ignore-scripts'], { cwd: root });
  expect(stdout).toBe('true');
});

test('the lock file has a SHA-512 for each package, all from the registry', () => {
  const entries = Object.entries(lock.packages).filter(([path]) => path !== '');
  expect(entries.length).toBeGreaterThan(300);
  expect(entries.filter(([, entry]) => !('integrity' in entry && entry.integrity.startsWith('sha512-')))).toEqual([]);
});

test('the setup runs the allowed install scripts only', () => {
  const setup = readFileSync(join(root, 'local/setup.mjs'), 'utf8');
  expect(setup).toContain("runNpm('rebuild', ...listAllowedScripts(), '--ignore-scripts=false')");
  expect(Object.entries(manifest.allowScripts).filter(([, allowed]) => allowed)).toEqual([['node', true]]);
});
