import type { Release } from './releases.ts';

/** Something that a machine downloads, and how it is checked and put in place. */
export interface Download {
  /** As `kubelet`; also the program's own name. */
  readonly name: string;
  readonly on: 'controllers' | 'workers';
  readonly url: string;
  readonly checksumUrl: string;
  /** `plain`: the file at `checksumUrl` is the SHA-256 in hex. `sums`: lines of `SHA-256  FILE NAME`, as sha256sum reads. */
  readonly checksum: 'plain' | 'sums';
  readonly install: Install;
}

/** `program`: the download is the program. `archive`: a gzipped tar, unpacked into `folder` without `strip` leading folders. */
export type Install =
  | { readonly as: 'program'; readonly path: string }
  | { readonly as: 'archive'; readonly folder: string; readonly strip: number; readonly only?: readonly string[] };

/**
 * All that a cluster's machines download, for linux/amd64. The places are those where each project publishes; programs go
 * to /usr/local/bin as in the tutorial, CNI plugins to /opt/cni/bin.
 */
export function downloads(release: Release): readonly Download[] {
  return [
    etcd(release),
    kubernetes(release, 'kube-apiserver', 'controllers'),
    kubernetes(release, 'kube-controller-manager', 'controllers'),
    kubernetes(release, 'kube-scheduler', 'controllers'),
    kubernetes(release, 'kubectl', 'controllers'),
    containerd(release),
    runc(release),
    cniPlugins(release),
    kubernetes(release, 'kubelet', 'workers'),
    kubernetes(release, 'kube-proxy', 'workers'),
  ];
}

/** The same file at a mirror, which has every upstream host as a folder: `https://dl.k8s.io/x` is `MIRROR/dl.k8s.io/x`. */
export function mirrored(url: string, mirror: string | undefined): string {
  if (mirror === undefined) return url;
  const { host, pathname } = new URL(url);
  return `${mirror.replace(/\/+$/, '')}/${host}${pathname}`;
}

function kubernetes(release: Release, name: string, on: Download['on']): Download {
  const url = `https://dl.k8s.io/release/v${release.kubernetes}/bin/linux/amd64/${name}`;
  const install = { as: 'program', path: `/usr/local/bin/${name}` } as const;
  return { name, on, url, checksumUrl: `${url}.sha256`, checksum: 'plain', install };
}

function etcd({ etcd: version }: Release): Download {
  const folder = githubRelease('etcd-io/etcd', version);
  const root = `etcd-v${version}-linux-amd64`;
  return {
    name: 'etcd',
    on: 'controllers',
    url: `${folder}/${root}.tar.gz`,
    checksumUrl: `${folder}/SHA256SUMS`,
    checksum: 'sums',
    install: { as: 'archive', folder: '/usr/local/bin', strip: 1, only: [`${root}/etcd`, `${root}/etcdctl`] },
  };
}

function containerd({ containerd: version }: Release): Download {
  const url = `${githubRelease('containerd/containerd', version)}/containerd-${version}-linux-amd64.tar.gz`;
  return {
    name: 'containerd',
    on: 'workers',
    url,
    checksumUrl: `${url}.sha256sum`,
    checksum: 'sums',
    install: { as: 'archive', folder: '/usr/local', strip: 0 },
  };
}

function runc({ runc: version }: Release): Download {
  const folder = githubRelease('opencontainers/runc', version);
  return {
    name: 'runc',
    on: 'workers',
    url: `${folder}/runc.amd64`,
    checksumUrl: `${folder}/runc.sha256sum`,
    checksum: 'sums',
    install: { as: 'program', path: '/usr/local/bin/runc' },
  };
}

function cniPlugins({ cni: version }: Release): Download {
  const url = `${githubRelease('containernetworking/plugins', version)}/cni-plugins-linux-amd64-v${version}.tgz`;
  return {
    name: 'cni-plugins',
    on: 'workers',
    url,
    checksumUrl: `${url}.sha256`,
    checksum: 'sums',
    install: { as: 'archive', folder: '/opt/cni/bin', strip: 0 },
  };
}

function githubRelease(repository: string, version: string): string {
  return `https://github.com/${repository}/releases/download/v${version}`;
}
