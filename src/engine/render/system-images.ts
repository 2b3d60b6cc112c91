import type { Release } from '../cluster/releases.ts';

/** The images that a cluster needs before anybody runs anything on it, in full. */
export function getSystemImages(release: Release): { readonly pause: string; readonly coredns: string } {
  return { pause: `registry.k8s.io/pause:${release.pause}`, coredns: getCorednsImage(release.coredns) };
}

/** From 1.8 on, CoreDNS is published by its own project: a folder of its own, and tags with a `v`. */
function getCorednsImage(version: string): string {
  const minor = Number(version.split('.')[1]);
  return minor >= 8 ? `registry.k8s.io/coredns/coredns:v${version}` : `registry.k8s.io/coredns:${version}`;
}
