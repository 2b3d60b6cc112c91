/** Record id of one version of a secret. Unique, because the encoded parts contain no colon. */
export function getSecretId(cluster: string, path: string, version: string): string {
  return `${getSecretPrefix(cluster, path)}${version}`;
}

/** Prefix of the record ids of a cluster, or of one path. */
export function getSecretPrefix(cluster: string, path?: string): string {
  const prefix = `${encodeURIComponent(cluster)}:`;
  return path === undefined ? prefix : `${prefix}${encodeURIComponent(path)}:`;
}
