import type { Release } from './releases.ts';

/** A component that instances download, verify and install. */
export interface ComponentDownload {
  /** For example `kubelet`. Also the name of the program. */
  readonly name: string;
  readonly instanceRole: 'controllers' | 'workers';
  readonly url: string;
  readonly checksumUrl: string;
  /** `plain`: the file at `checksumUrl` is the SHA-256 in hex. `sums`: lines of `SHA-256  FILE NAME`, as sha256sum reads. */
  readonly checksumFormat: 'plain' | 'sums';
  readonly install: InstallMethod;
}

/** `program`: the download is the program. `archive`: a gzipped tar, unpacked into `folder` without `strip` leading folders. */
type InstallMethod =
  | { readonly kind: 'program'; readonly path: string }
  | {
      readonly kind: 'archive';
      readonly folder: string;
      readonly stripComponents: number;
      readonly includedPaths?: readonly string[];
    };

/**
 * All downloads of a cluster's instances, for linux/amd64, from the sites where each project publishes. Programs are
 * installed in /usr/local/bin as in the tutorial, CNI plugins in /opt/cni/bin.
 */
export function listComponentDownloads(release: Release): readonly ComponentDownload[] {
  return [
    createEtcdDownload(release),
    createKubernetesDownload(release, 'kube-apiserver', 'controllers'),
    createKubernetesDownload(release, 'kube-controller-manager', 'controllers'),
    createKubernetesDownload(release, 'kube-scheduler', 'controllers'),
    createKubernetesDownload(release, 'kubectl', 'controllers'),
    createContainerdDownload(release),
    createRuncDownload(release),
    createCniPluginsDownload(release),
    createKubernetesDownload(release, 'kubelet', 'workers'),
    createKubernetesDownload(release, 'kube-proxy', 'workers'),
  ];
}

/** URL of the file on a mirror, which has a folder for each upstream host: `https://dl.k8s.io/x` is `MIRROR/dl.k8s.io/x`. */
export function toMirrorUrl(url: string, mirror: string | undefined): string {
  if (mirror === undefined) return url;
  const { host, pathname } = new URL(url);
  return `${mirror.replace(/\/+$/, '')}/${host}${pathname}`;
}

/** curl options that allow only HTTPS, also after redirects. A mirror with http:// allows both. */
export function formatProtocolOptions(mirror: string | undefined): string {
  const protocols = mirror?.startsWith('http://') ? 'http,https' : 'https';
  // Quoted, because zsh expands `=https`.
  return `--proto '=${protocols}' --proto-redir '=${protocols}'`;
}

function createKubernetesDownload(
  release: Release,
  name: string,
  instanceRole: ComponentDownload['instanceRole'],
): ComponentDownload {
  const url = `https://dl.k8s.io/release/v${release.kubernetes}/bin/linux/amd64/${name}`;
  const install = { kind: 'program', path: `/usr/local/bin/${name}` } as const;
  return { name, instanceRole, url, checksumUrl: `${url}.sha256`, checksumFormat: 'plain', install };
}

function createEtcdDownload({ etcd: version }: Release): ComponentDownload {
  const folder = getGithubReleaseUrl('etcd-io/etcd', version);
  const root = `etcd-v${version}-linux-amd64`;
  return {
    name: 'etcd',
    instanceRole: 'controllers',
    url: `${folder}/${root}.tar.gz`,
    checksumUrl: `${folder}/SHA256SUMS`,
    checksumFormat: 'sums',
    install: {
      kind: 'archive',
      folder: '/usr/local/bin',
      stripComponents: 1,
      includedPaths: [`${root}/etcd`, `${root}/etcdctl`],
    },
  };
}

function createContainerdDownload({ containerd: version }: Release): ComponentDownload {
  const url = `${getGithubReleaseUrl('containerd/containerd', version)}/containerd-${version}-linux-amd64.tar.gz`;
  return {
    name: 'containerd',
    instanceRole: 'workers',
    url,
    checksumUrl: `${url}.sha256sum`,
    checksumFormat: 'sums',
    install: { kind: 'archive', folder: '/usr/local', stripComponents: 0 },
  };
}

function createRuncDownload({ runc: version }: Release): ComponentDownload {
  const folder = getGithubReleaseUrl('opencontainers/runc', version);
  return {
    name: 'runc',
    instanceRole: 'workers',
    url: `${folder}/runc.amd64`,
    checksumUrl: `${folder}/runc.sha256sum`,
    checksumFormat: 'sums',
    install: { kind: 'program', path: '/usr/local/bin/runc' },
  };
}

function createCniPluginsDownload({ cni: version }: Release): ComponentDownload {
  const url = `${getGithubReleaseUrl('containernetworking/plugins', version)}/cni-plugins-linux-amd64-v${version}.tgz`;
  return {
    name: 'cni-plugins',
    instanceRole: 'workers',
    url,
    checksumUrl: `${url}.sha256`,
    checksumFormat: 'sums',
    install: { kind: 'archive', folder: '/opt/cni/bin', stripComponents: 0 },
  };
}

function getGithubReleaseUrl(repository: string, version: string): string {
  return `https://github.com/${repository}/releases/download/v${version}`;
}
