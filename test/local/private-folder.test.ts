import { chmod, chown, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensurePrivateFolder } from '../../local/private-folder.ts';
import { createStackSecrets, readStackSecrets } from '../../local/stack-secrets.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kthw-private-'));
});
afterEach(async () => await rm(folder, { recursive: true }));

async function readMode(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

describe('a private folder', () => {
  it('is created for its owner only, and an existing one is restricted', async () => {
    const [created, existing] = [join(folder, 'a/b'), join(folder, 'open')];
    await mkdir(existing);
    await chmod(existing, 0o777);
    for (const path of [created, existing]) {
      await ensurePrivateFolder(path);
      expect(await readMode(path)).toBe('700');
    }
  });

  it.skipIf(process.getuid?.() !== 0)('is refused if it, or a link to it, belongs to another user', async () => {
    const [foreign, link] = [join(folder, 'foreign'), join(folder, 'link')];
    await mkdir(foreign);
    await symlink(foreign, link);
    await chown(foreign, 65_534, 65_534);
    for (const path of [foreign, link])
      await expect(ensurePrivateFolder(path)).rejects.toThrow(`cannot use "${path}": it belongs to another user`);
  });
});

describe('the secrets of a stack', () => {
  it('are new at each start, and only their owner can read the file', async () => {
    await writeFile(join(folder, 'secrets.json'), '{}', { mode: 0o666 });
    const first = await createStackSecrets(folder);
    expect(await readStackSecrets(folder)).toEqual(first);
    const second = await createStackSecrets(folder);
    expect(await readMode(join(folder, 'secrets.json'))).toBe('600');
    const values = [...Object.values(first), ...Object.values(second)];
    expect(new Set(values).size).toBe(10);
    expect(values.filter((value) => value.length < 43)).toEqual([]);
    expect(second.botToken).toMatch(/^xoxb-/);
  });
});
