import { getImageDigest } from '../cluster/digests.ts';
import type { Release } from '../cluster/releases.ts';

/** Returns the full names of the images that every cluster needs, with their digests as far as the table has them. */
export function getSystemImages(release: Release): { readonly pause: string; readonly coredns: string } {
  return { pause: getPauseImage(release.pause), coredns: getCorednsImage(release.coredns) };
}

/** With a digest, without a tag: containerd pins the image against deletion only if the configuration has its normalized name. */
function getPauseImage(version: string): string {
  const digest = getImageDigest(`registry.k8s.io/pause:${version}`);
  return digest === undefined ? `registry.k8s.io/pause:${version}` : `registry.k8s.io/pause@sha256:${digest}`;
}

/** From 1.8, the CoreDNS project publishes its images in a separate path, with `v` in tags. */
function getCorednsImage(version: string): string {
  const minor = Number(version.split('.')[1]);
  const image = minor >= 8 ? `registry.k8s.io/coredns/coredns:v${version}` : `registry.k8s.io/coredns:${version}`;
  const digest = getImageDigest(image);
  return digest === undefined ? image : `${image}@sha256:${digest}`;
}
