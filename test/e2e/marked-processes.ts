import { readdir, readFile } from 'node:fs/promises';

/** Processes that have NAME=VALUE in the environment they started with: whoever started them, or an ancestor, was given it. */
export async function markedProcesses(name: string, value: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((id) => /^\d+$/.test(id));
  const found = ids.map(async (id) => {
    // It may have ended since.
    const environment = await readFile(`/proc/${id}/environ`, 'utf8').catch(() => '');
    if (!environment.split('\0').includes(`${name}=${value}`)) return [];
    const line = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '');
    return line === '' ? [] : [`${id} ${line.replaceAll('\0', ' ').trim()}`];
  });
  return (await Promise.all(found)).flat();
}
