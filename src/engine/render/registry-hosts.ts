/** Registries of system images. With a mirror, each needs its own hosts.toml. */
export const registries = ['registry.k8s.io', 'docker.io'] as const;

/**
 * Renders a `hosts.toml` that redirects all pulls from one registry to the mirror. containerd then requests
 * `/v2/NAME/…?ns=REGISTRY` from the mirror.
 * @param mirror as `http://ADDRESS:PORT`
 */
export function renderRegistryHosts(registry: string, mirror: string | undefined): string | undefined {
  if (mirror === undefined) return undefined;
  const url = mirror.replace(/\/+$/, '');
  // Both are required: containerd 1.6 ignores `server` without a host, and without `server` it falls back to the registry.
  return `# Images of ${registry}
server = "${url}"

[host."${url}"]
  capabilities = ["pull", "resolve"]
`;
}
