import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ensureRootfs } from '../../../../local/compute/machines/guest/ensure-rootfs.ts';
import { rootfsRecipeHash } from '../../../../local/compute/machines/guest/rootfs-recipe.ts';
import { whyNot } from './host.ts';

const missing = await whyNot();
if (missing.length > 0) console.warn(`SKIPPED: root file system: ${missing.join('; ')}`);

describe.skipIf(missing.length > 0)('the root file system', () => {
  let cacheDir: string;

  beforeEach(async () => {
    cacheDir = await mkdtemp(join(tmpdir(), 'kthw-cache-'));
    // Nothing listens there, so a build starts and fails at once.
    vi.stubEnv('KTHW_DEBIAN_MIRROR', 'http://127.0.0.1:1/debian');
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(cacheDir, { recursive: true });
  });

  test.each([
    ['an incomplete one', `base-${rootfsRecipeHash}`],
    ['an outdated one', 'base-000000000000'],
    ['a partial build of another process', 'base-000000000001.making-999999999'],
  ])('replaces %s, and a failed build leaves nothing', async (_, name) => {
    await mkdir(join(cacheDir, name, 'usr'), { recursive: true });
    const output: string[] = [];
    await expect(ensureRootfs(cacheDir, (line) => output.push(line))).rejects.toThrow('with debootstrap: ');
    expect(output.join('\n')).toContain(`removing "${join(cacheDir, name)}"`);
    expect(output.join('\n')).toContain('Failed getting release file');
    expect((await readdir(cacheDir)).filter((each) => each.startsWith('base-'))).toEqual([]);
  });
});
