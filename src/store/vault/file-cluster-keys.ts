import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createKeyFile, deleteKeyFile, readKeyFile } from './key-file.ts';
import type { ClusterKeys } from './vault.ts';

/** Keys of clusters as files with mode 0600, one for each cluster. A copy of a file keeps the deleted cluster readable. */
export function openFileClusterKeys(folder: string): ClusterKeys {
  const getPath = (cluster: string) => join(folder, `${encodeURIComponent(cluster)}.key`);
  return {
    find: async (cluster) => readKeyFile(getPath(cluster)),
    async getOrCreate(cluster) {
      const path = getPath(cluster);
      return readKeyFile(path) ?? createKeyFile(path);
    },
    exists: async (cluster) => existsSync(getPath(cluster)) || existsSync(`${getPath(cluster)}.destroyed`),
    async destroy(cluster) {
      deleteKeyFile(getPath(cluster));
    },
  };
}
