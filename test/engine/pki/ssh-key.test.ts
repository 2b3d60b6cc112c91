import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import { createSshKey } from '../../../src/engine/pki/ssh-key.ts';

describe('an SSH key', () => {
  it('works in ssh2, and its signatures verify', async () => {
    const { privateKey, publicKey } = await createSshKey();
    const parsed = ssh2.utils.parseKey(privateKey.reveal());
    const other = ssh2.utils.parseKey(publicKey);
    if (parsed instanceof Error) throw parsed;
    if (other instanceof Error) throw other;
    expect(parsed.type).toBe('ssh-ed25519');
    expect(parsed.isPrivateKey()).toBe(true);
    expect(other.verify('hello', parsed.sign('hello'))).toBe(true);
    expect(other.verify('hullo', parsed.sign('hello'))).toBe(false);
  });

  it.each(['kthw', 'demo', 'a longer comment', ''])('works in ssh-keygen with the comment "%s"', async (comment) => {
    const folder = await mkdtemp(join(tmpdir(), 'kthw-ssh-'));
    try {
      const { privateKey, publicKey } = await createSshKey(comment);
      await writeFile(join(folder, 'id'), privateKey.reveal(), { mode: 0o600 });
      const { stdout } = await execa('ssh-keygen', ['-y', '-f', join(folder, 'id')]);
      expect(stdout.trim()).toBe(publicKey.trim());
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is unique', async () => {
    const [a, b] = await Promise.all([createSshKey(), createSshKey()]);
    expect(a.publicKey).not.toBe(b.publicKey);
  });
});
