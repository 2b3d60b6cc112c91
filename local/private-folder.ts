import { chmod, lstat, mkdir, stat } from 'node:fs/promises';

/**
 * Creates a directory that only its owner can enter, or restricts an existing one. Below it are readable files and
 * setuid programs of root file systems, which other users must not reach.
 * @throws Error when the directory belongs to another user, who could replace its content
 */
export async function ensurePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  // The path can be a symbolic link: both the link and its target must belong to this user.
  const owners = [await lstat(path), await stat(path)].map(({ uid }) => uid);
  if (owners.some((uid) => uid !== process.getuid?.()))
    throw new Error(`cannot use "${path}": it belongs to another user; choose another directory`);
  await chmod(path, 0o700);
}
