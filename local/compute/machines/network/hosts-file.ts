import { open } from 'node:fs/promises';

/** A machine's entry in the hosts file. */
export interface HostEntry {
  readonly name: string;
  readonly address: string;
  readonly zone: string;
  readonly projectId: string;
}

/** Renders the hosts file of a network with the names of Google's internal DNS: zonal, global and short. */
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

/** Overwrites a file in place, so that bind mounts show the change. */
export async function writeInPlace(file: string, text: string): Promise<void> {
  const handle = await open(file, 'a+');
  try {
    const old = await handle.readFile('utf8');
    if (old === text) return;
    // Write before truncating: a concurrent reader then sees all lines common to both versions.
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
