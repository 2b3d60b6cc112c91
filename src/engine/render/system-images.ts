import type { Release } from '../cluster/releases.ts';

/** Returns the full names of the images that every cluster needs. */
export function getSystemImages(release: Release): { readonly pause: string; readonly coredns: string } {
  return { pause: `registry.k8s.io/pause:${release.pause}`, coredns: getCorednsImage(release.coredns) };
}

/** From 1.8, the CoreDNS project publishes its images in a separate path, with `v` in tags. */
function getCorednsImage(version: string): string {
  const minor = Number(version.split('.')[1]);
  return minor >= 8 ? `registry.k8s.io/coredns/coredns:v${version}` : `registry.k8s.io/coredns:${version}`;
}
