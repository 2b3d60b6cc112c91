import { open } from 'node:fs/promises';

/** What a hosts file knows of a machine. */
export interface HostEntry {
  readonly name: string;
  readonly address: string;
  readonly zone: string;
  readonly projectId: string;
}

/** The hosts file of a network's machines: their names as Google's internal DNS has them, zonal, global and short. */
export function renderHostsFile(entries: readonly HostEntry[]): string {
  const lines = entries.map(({ name, address, zone, projectId }) => {
    return `${address} ${name}.${zone}.c.${projectId}.internal ${name}.c.${projectId}.internal ${name}`;
  });
  return [
    '127.0.0.1 localhost',
    '::1 localhost ip6-localhost ip6-loopback',
    '169.254.169.254 metadata.google.internal metadata',
    ...lines,
    '',
  ].join('\n');
}

/** Writes a file over in place, so that those who have it bind-mounted see the change. */
export async function writeInPlace(file: string, text: string): Promise<void> {
  const handle = await open(file, 'a+');
  try {
    const old = await handle.readFile('utf8');
    if (old === text) return;
    // Longer first, cut afterwards: a reader in between finds every line that is in both.
    const bytes = Buffer.from(text);
    const writing = await open(file, 'r+');
    try {
      await writing.write(bytes, 0, bytes.length, 0);
      await writing.truncate(bytes.length);
    } finally {
      await writing.close();
    }
  } finally {
    await handle.close();
  }
}
