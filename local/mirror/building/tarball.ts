import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, mkdir, readlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';

/** Programs by their name in the archive. */
export type TarballEntries = Readonly<Record<string, string>>;

/**
 * Writes a reproducible gzipped tar of programs. Uses no compression: server and client share a host, where unpacking
 * costs more than reading.
 */
export async function writeTarball(file: string, entries: TarballEntries): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const tar = pack();
  const written = pipeline(tar, createGzip({ level: 0 }), createWriteStream(file));
  const filled = (async () => {
    for (const [name, path] of Object.entries(entries)) {
      const { size, isSymbolicLink } = await inspectFile(path);
      const header = { name, mode: 0o755, mtime: new Date(0), uid: 0, gid: 0 };
      if (isSymbolicLink) {
        tar.entry({ ...header, type: 'symlink', linkname: await readlink(path) });
      } else {
        await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), tar.entry({ ...header, size }));
      }
    }
    tar.finalize();
  })();
  filled.catch((error: Error) => tar.destroy(error));
  await Promise.all([filled, written]);
}

async function inspectFile(path: string): Promise<{ size: number; isSymbolicLink: boolean }> {
  const found = await lstat(path);
  return { size: found.size, isSymbolicLink: found.isSymbolicLink() };
}
