/** Registries that a cluster's images come from; each needs its own hosts.toml when there is a mirror. */
export const registries = ['registry.k8s.io', 'docker.io'] as const;

/**
 * The `hosts.toml` that sends pulls from one registry to the mirror, and nowhere else. containerd then asks the mirror for
 * `/v2/NAME/…?ns=REGISTRY`. Without a mirror there is nothing to write.
 * @param mirror as `http://ADDRESS:PORT`
 */
export function renderRegistryHosts(registry: string, mirror: string | undefined): string | undefined {
  if (mirror === undefined) return undefined;
  const url = mirror.replace(/\/+$/, '');
  // Both: containerd 1.6 ignores a server that has no host beside it, and without the server it goes on to the registry.
  return `# Images of ${registry}
server = "${url}"

[host."${url}"]
  capabilities = ["pull", "resolve"]
`;
}
