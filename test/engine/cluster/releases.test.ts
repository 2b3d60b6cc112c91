import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { listComponentDownloads, toMirrorUrl } from '../../../src/engine/cluster/component-downloads.ts';
import { defaultVersion, mirrorVersion } from '../../../src/engine/cluster/default-version.ts';
import { getMinorVersion, getRelease, releases } from '../../../src/engine/cluster/releases.ts';

const localEnvironment = {
  SLACK_SIGNING_SECRET: 's',
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_API_URL: 'http://127.0.0.1:9/api/',
  KTHW_COMPUTE_URL: 'http://127.0.0.1:9',
  GOOGLE_CLOUD_PROJECT: 'p',
};

describe('the catalogue', () => {
  it('has one release for each minor version, in order and without gaps', () => {
    expect(releases.map(getMinorVersion)).toEqual(Array.from({ length: releases.length }, (_, i) => 20 + i));
  });

  it('has full versions without a prefix', () => {
    for (const release of releases) {
      for (const version of Object.values(release)) expect(version).toMatch(/^\d+\.\d+(\.\d+)?$/);
    }
  });

  it('defaults to the last minor version but one, which avoids the first etcd of a new line', () => {
    expect(getRelease(defaultVersion)).toEqual(releases.at(-2));
  });

  it('has the version of the mirror', () => {
    expect(getRelease(mirrorVersion)).toEqual({
      kubernetes: '1.20.2',
      etcd: '3.4.23',
      containerd: '1.6.20',
      runc: '1.1.5',
      cni: '1.1.1',
      coredns: '1.7.0',
      pause: '3.2',
    });
  });

  it.each([
    ['the default version', {}, defaultVersion],
    ['it with a mirror of upstream too', { KTHW_MIRROR_URL: 'http://127.0.0.1:1' }, defaultVersion],
    [
      'the version of a mirror with builds of its own',
      { KTHW_MIRROR_URL: 'http://127.0.0.1:1', KTHW_DIGEST_FILE: 'digests' },
      mirrorVersion,
    ],
    [
      'the configured version, with or without a mirror',
      { KTHW_MIRROR_URL: 'http://127.0.0.1:1', KTHW_VERSION: '1.35.7' },
      '1.35.7',
    ],
  ])('defaults to %s', (_what, environment, version) => {
    const needed = localEnvironment;
    expect(readConfig({ ...needed, ...environment }).KTHW_VERSION).toBe(version);
  });

  const readMirror = (KTHW_MIRROR_URL: string) => {
    const needed = localEnvironment;
    return readConfig({ ...needed, KTHW_MIRROR_URL }).KTHW_MIRROR_URL;
  };

  it.each([
    ...[
      '',
      'no URL',
      'mirror.test',
      '//mirror.test',
      'https://',
      'https:///path',
      'https://.',
      'https://-x',
      'HTTPS://m',
    ],
    ...['ftp://127.0.0.1', 'file:///etc', 'javascript:alert(1)', 'data:text/plain,x'],
    ...['http://mirror.test', 'http://8.8.8.8', 'http://172.32.0.1', 'http://100.128.0.1', 'http://169.254.169.254'],
    ...[
      'http://localhost.mirror.test',
      'http://127.0.0.1.mirror.test',
      'http://2130706433',
      'http://0x7f.1',
      'http://127.1',
    ],
    ...[
      'http://010.0.0.1',
      'http://[::1]',
      'https://[::1]',
      'https://m:65536',
      'https://m:',
      'https://m:x',
      'https://m:-1',
    ],
    ...['https://user:hunter2@m', 'https://user@m', 'https://:hunter2@m', 'http://10.0.0.1@evil.test'],
    ...[
      'https://m?a=hunter2',
      'https://m/?',
      'https://m#a',
      'https://m/%27',
      'https://m/~a',
      'https://m/a:b',
      'https://m\\a',
    ],
    ...[
      "https://m/'$(id)'",
      'https://m/"',
      'https://m/`id`',
      'https://m/$HOME',
      'https://m/;id',
      'https://m/a b',
      'https://m/&',
    ],
    ...[
      'https://m/\n',
      '\nhttps://m',
      'https://m\n"x"',
      ' https://m',
      'https://m\t',
      'https://m/a\0',
      'https://mürror.test',
    ],
  ])('rejects %j as URL of the mirror with one sentence that does not repeat it', (url) => {
    expect(() => readMirror(url)).toThrow(
      /KTHW_MIRROR_URL: must be https:\/\/HOST\[:PORT\]\[\/PATH\], or http:\/\/ .*host and path$/,
    );
    expect(() => readMirror(url)).not.toThrow('hunter2');
  });

  it.each([
    ...[
      'https://mirror.test',
      'https://mirror.test/',
      'https://m:8443/k8s/v1.2_x-y',
      'https://203.0.113.7',
      'https://8.8.8.8:1',
    ],
    ...['http://localhost:8080', 'http://127.0.0.1:1', 'http://127.255.0.1', 'http://10.0.0.1/a', 'http://172.16.0.1'],
    ...['http://172.31.255.255', 'http://192.168.1.1', 'http://100.64.0.1:5000', 'http://100.127.255.255'],
  ])('accepts %j as URL of the mirror', (url) => expect(readMirror(url)).toBe(url));

  it.each(['1.20', 'v1.20.2', '1.20.3', ''])('rejects "%s" and lists the versions', (version) => {
    expect(() => getRelease(version)).toThrow(RangeError);
    expect(() => getRelease(version)).toThrow(/choose one of 1\.20\.2, .*1\.37\.1/);
  });
});

describe('the downloads of a release', () => {
  it('have every program and its checksum URL', () => {
    const found = listComponentDownloads(getRelease('1.20.2')).map(
      (d) => `${d.instanceRole} ${d.url} ${d.checksumUrl.split('/').at(-1)} ${d.checksumFormat}`,
    );
    expect(found).toMatchInlineSnapshot(`
      [
        "controllers https://github.com/etcd-io/etcd/releases/download/v3.4.23/etcd-v3.4.23-linux-amd64.tar.gz SHA256SUMS sums",
        "controllers https://dl.k8s.io/release/v1.20.2/bin/linux/amd64/kube-apiserver kube-apiserver.sha256 plain",
        "controllers https://dl.k8s.io/release/v1.20.2/bin/linux/amd64/kube-controller-manager kube-controller-manager.sha256 plain",
        "controllers https://dl.k8s.io/release/v1.20.2/bin/linux/amd64/kube-scheduler kube-scheduler.sha256 plain",
        "controllers https://dl.k8s.io/release/v1.20.2/bin/linux/amd64/kubectl kubectl.sha256 plain",
        "workers https://github.com/containerd/containerd/releases/download/v1.6.20/containerd-1.6.20-linux-amd64.tar.gz containerd-1.6.20-linux-amd64.tar.gz.sha256sum sums",
        "workers https://github.com/opencontainers/runc/releases/download/v1.1.5/runc.amd64 runc.sha256sum sums",
        "workers https://github.com/containernetworking/plugins/releases/download/v1.1.1/cni-plugins-linux-amd64-v1.1.1.tgz cni-plugins-linux-amd64-v1.1.1.tgz.sha256 sums",
        "workers https://dl.k8s.io/release/v1.20.2/bin/linux/amd64/kubelet kubelet.sha256 plain",
        "workers https://dl.k8s.io/release/v1.20.2/bin/linux/amd64/kube-proxy kube-proxy.sha256 plain",
      ]
    `);
  });

  it('have unique names and paths', () => {
    for (const release of releases) {
      const all = listComponentDownloads(release);
      expect(new Set(all.map((d) => d.url)).size).toBe(all.length);
      expect(new Set(all.map((d) => d.name)).size).toBe(all.length);
    }
  });

  it.each([
    ['https://dl.k8s.io/x', 'http://127.0.0.1:1', 'http://127.0.0.1:1/dl.k8s.io/x'],
    ['https://dl.k8s.io/x', 'http://127.0.0.1:1/', 'http://127.0.0.1:1/dl.k8s.io/x'],
    ['https://github.com/a/b/c.tgz', 'http://m:1/files', 'http://m:1/files/github.com/a/b/c.tgz'],
    ['https://dl.k8s.io/x', undefined, 'https://dl.k8s.io/x'],
  ])('%s at the mirror %s is %s', (url, mirror, expected) => {
    expect(toMirrorUrl(url, mirror)).toBe(expected);
  });
});
