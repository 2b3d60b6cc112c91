import { readdir, readFile } from 'node:fs/promises';

/** Processes started with NAME=VALUE in their environment, directly or through an ancestor. */
export async function listMarkedProcesses(name: string, value: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((id) => /^\d+$/.test(id));
  const found = ids.map(async (id) => {
    // The process may have exited.
    const environment = await readFile(`/proc/${id}/environ`, 'utf8').catch(() => '');
    if (!environment.split('\0').includes(`${name}=${value}`)) return [];
    const line = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '');
    return line === '' ? [] : [`${id} ${line.replaceAll('\0', ' ').trim()}`];
  });
  return (await Promise.all(found)).flat();
}
