import { readdir } from 'node:fs/promises';

/** Network namespaces on this host. */
export async function listNamespaces(): Promise<string[]> {
  return (await readdir('/run/netns').catch(() => [])).sort();
}
