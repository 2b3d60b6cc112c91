import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type ComponentDownload,
  formatProtocolOptions,
  listComponentDownloads,
} from '../../../src/engine/cluster/component-downloads.ts';
import { KthwError } from '../../../src/engine/cluster/errors.ts';
import { getRelease } from '../../../src/engine/cluster/releases.ts';
import { RedactedVault } from '../../../src/engine/manual/redacted-vault.ts';
import { downloadedComponents, downloads } from '../../../src/engine/phases/downloads.ts';
import type { CommandResult, SshHost } from '../../../src/engine/ssh/ssh-client.ts';
import type { StepContext } from '../../../src/engine/steps/step-context.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { buildCluster } from '../../fixtures/cluster.ts';
import { type DownloadServer, startDownloadServer } from '../../support/download-server.ts';

const version = '1.20.2';
const cluster = buildCluster({ controllers: 1, workers: 1, version });
const components = listComponentDownloads(getRelease(version));
const [kubelet, kubectl, etcd] = ['kubelet', 'kubectl', 'etcd'].map((name) => components.find((d) => d.name === name));
if (!kubelet || !kubectl || !etcd) throw new Error('the catalogue lacks a component');

let server: DownloadServer;
let root: string;

beforeEach(async () => {
  server = await startDownloadServer(version);
  root = mkdtempSync(join(tmpdir(), 'kthw-downloads-'));
  mkdirSync(join(root, 'run'));
  // The real curl, without the seconds between its retries, and with the server in place of upstream.
  const curl = (await execa('which', ['curl'])).stdout;
  const script = `#!/bin/bash
upstream=''
for word in "$@"; do case "$word" in https://*) upstream=1;; esac; done
if [ $upstream ]; then set -- "\${@/#https:\\/\\//${server.url}/}"; set -- "\${@/#=https/=http,https}"; fi
exec ${curl} "$@" --retry 0
`;
  writeFileSync(join(root, 'curl'), script, { mode: 0o755 });
});

afterEach(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

type Source = Pick<StepContext, 'mirror' | 'digests'>;

const fromMirror = (mirror = server.url): Source => ({ mirror, digests: server.digests });
/** Without a known digest, the published checksum counts. */
const fromUpstream: Source = { mirror: undefined, digests: () => undefined };

/** Applies the step of a role in bash below a temporary root, with the real error handling. */
async function download(role: ComponentDownload['instanceRole'], source: Source = fromMirror()) {
  const [instance] = role === 'workers' ? cluster.workerInstances : cluster.controllerInstances;
  const step = downloads
    .steps(cluster)
    .find(({ handle }) => handle.key === downloadedComponents.on(instance as never).key);
  let stderr = '';
  const host: Pick<SshHost, 'runBatch'> = {
    async runBatch(operations) {
      let result: CommandResult = { stdout: '', stderr: '', exitCode: 0, durationMs: 1 };
      for (const operation of operations) {
        if (!('run' in operation)) continue;
        const script = operation.run.replaceAll(/\/(?=var\/lib\/kthw|usr\/local|opt\/cni|run\/)/g, `${root}/`);
        const { stdout, exitCode, ...rest } = await execa('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
          ...{ reject: false, input: operation.stdin ?? '', env: { PATH: `${root}:${process.env.PATH}` } },
        });
        stderr += rest.stderr;
        result = { stdout, stderr: rest.stderr, exitCode: exitCode ?? -1, durationMs: 1 };
        if (result.exitCode !== 0) break;
      }
      return result;
    },
  };
  const c = {
    ...{ cluster, ...source, signal: new AbortController().signal, findOutput: () => undefined, getOutput: () => [] },
    ssh: { getHost: () => host },
    ...{ vault: new RedactedVault(), clock: new FakeClock() },
    compute: { instances: { get: async () => ({ status: 'RUNNING', externalAddress: '203.0.113.7' }) } },
  } as unknown as StepContext;
  const outcome = await step?.apply?.(c).catch((error: unknown) => error);
  return { outcome, lines: stderr.split('\n').filter((line) => line !== '') };
}

const toUrl = (url: string) => `${server.url}${server.toPath(url)}`;
const respondWith = (status: number, url: string) =>
  server.responses.set(server.toPath(url), (response) => void response.writeHead(status).end());

/** The one error, with its kind and the lines of the script. */
async function fail(role: ComponentDownload['instanceRole'], source?: Source) {
  const { outcome, lines } = await download(role, source);
  if (!(outcome instanceof KthwError)) throw new Error(`the step did not fail: ${String(outcome)} ${lines}`);
  return { ...{ code: outcome.code, kind: outcome.kind, message: outcome.message, detail: outcome.detail }, lines };
}

describe.each(['controllers', 'workers'] as const)('the components of the %s', (role) => {
  const host = role === 'workers' ? 'demo-worker-0' : 'demo-controller-0';
  const all = components.filter((d) => d.instanceRole === role);
  const listInstalled = () => readdirSync(join(root, 'var/lib/kthw/have')).toSorted();

  test('are installed, without output and without temporary files', async () => {
    expect(await download(role)).toMatchObject({ outcome: { status: 'present' }, lines: [] });
    expect(listInstalled()).toEqual(all.map(({ name }) => name).toSorted());
    for (const { name, install } of all)
      if (install.kind === 'program') expect(readFileSync(join(root, install.path), 'utf8')).toContain(`echo ${name}`);
    expect(readdirSync(join(root, 'var/lib/kthw'))).toEqual(['have']);
  });

  test('come from upstream with the published checksums, if their digests are unknown', async () => {
    expect(await download(role, fromUpstream)).toMatchObject({ outcome: { status: 'present' }, lines: [] });
    expect(server.requests.toSorted()).toEqual(
      all.flatMap(({ url, checksumUrl }) => [url, checksumUrl].map((one) => `GET ${server.toPath(one)}`)).toSorted(),
    );
  });

  test.each([
    ['file on the mirror', fromMirror, ({ url }: ComponentDownload) => url],
    ['file', () => fromUpstream, ({ url }: ComponentDownload) => url],
    ['checksum file', () => fromUpstream, ({ checksumUrl }: ComponentDownload) => checksumUrl],
  ])('are reported one line each if their %s is missing', async (_, getSource, getUrl) => {
    const urls = all.map(getUrl);
    for (const url of urls) server.files.delete(server.toPath(url));
    const source = getSource();
    const { code, kind, lines } = await fail(role, source);
    expect({ code, kind }).toEqual({ code: 'download-missing', kind: 'invalid' });
    const shown = (url: string) => (source.mirror === undefined ? url : toUrl(url));
    expect(lines.toSorted()).toEqual(urls.map((url) => `download failed: ${shown(url)}: HTTP 404`).toSorted());
    expect(listInstalled()).toEqual([]);
  });

  test('are not installed if the mirror replaces them together with their checksums', async () => {
    const content = 'something else';
    const digest = createHash('sha256').update(content).digest('hex');
    for (const { url, checksumUrl } of all) {
      server.files.set(server.toPath(url), content);
      server.files.set(server.toPath(checksumUrl), `${digest}  ${url.split('/').at(-1)}\n`);
    }
    const { code, kind, message, lines } = await fail(role);
    expect({ code, kind }).toEqual({ code: 'checksum', kind: 'invalid' });
    expect(message).toContain(`${host}: checksum mismatch for ${server.url}/`);
    expect(lines.toSorted()).toEqual(
      all.map(({ url }) => `download failed: ${toUrl(url)}: checksum mismatch`).toSorted(),
    );
    expect(listInstalled()).toEqual([]);
    expect(server.requests.toSorted()).toEqual(all.map(({ url }) => `GET ${server.toPath(url)}`).toSorted());
  });

  test('are not requested from a mirror if their digests are unknown', async () => {
    const { lines } = await fail(role, { mirror: server.url, digests: () => undefined });
    expect(lines.toSorted()).toEqual(
      all
        .map(({ url }) => `download failed: ${toUrl(url)}: its digest is unknown, and the mirror is not trusted`)
        .toSorted(),
    );
    expect([server.requests, listInstalled()]).toEqual([[], []]);
  });

  test('are not installed if upstream’s published checksum is another one', async () => {
    for (const { url } of all) server.files.set(server.toPath(url), 'something else');
    expect((await fail(role, fromUpstream)).lines.toSorted()).toEqual(
      all.map(({ url }) => `download failed: ${url}: checksum mismatch`).toSorted(),
    );
    expect(listInstalled()).toEqual([]);
  });
});

test('an empty digest is not equal to an empty checksum', async () => {
  writeFileSync(join(root, 'openssl'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  for (const { checksumUrl } of components) server.files.set(server.toPath(checksumUrl), '');
  const { code, lines } = await fail('workers', fromUpstream);
  expect(code).toBe('checksum');
  const urls = components.filter(({ instanceRole }) => instanceRole === 'workers').map(({ url }) => url);
  expect(lines.toSorted()).toEqual(urls.map((url) => `download failed: ${url}: checksum mismatch`).toSorted());
  expect(readdirSync(join(root, 'var/lib/kthw/have'))).toEqual([]);
});

test('a redirect to another protocol is refused, and one to http as well without a mirror with http', async () => {
  const [worker] = cluster.workerInstances;
  if (!worker) throw new Error('there is no worker');
  const redirect = (location: string) =>
    server.responses.set(server.toPath(kubelet.url), (response) => void response.writeHead(302, { location }).end());
  redirect('ftp://127.0.0.1/kubelet');
  expect((await fail('workers')).lines.join()).toMatch(/kubelet: Protocol "?ftp"? (not supported|disabled)/i);
  expect(formatProtocolOptions('http://10.0.0.1')).toBe("--proto '=http,https' --proto-redir '=http,https'");
  for (const mirror of [undefined, 'https://mirror.test']) {
    const curl = `curl -sS ${formatProtocolOptions(mirror)} ${server.url}`;
    expect(await execa('bash', ['-c', curl], { reject: false })).toMatchObject({ exitCode: 1 });
  }
});

test('one missing file is one error with version, URL and status, and the others are installed', async () => {
  server.files.delete(server.toPath(kubelet.url));
  expect(await fail('workers')).toEqual({
    ...{ code: 'download-missing', kind: 'invalid', detail: undefined },
    message: `demo-worker-0: Kubernetes ${version} can't be downloaded: ${toUrl(kubelet.url)}: HTTP 404`,
    lines: [`download failed: ${toUrl(kubelet.url)}: HTTP 404`],
  });
  expect(readdirSync(join(root, 'var/lib/kthw/have')).toSorted()).toEqual([
    ...['cni-plugins', 'containerd', 'kube-proxy', 'runc'],
  ]);
});

test.each([
  ...[403, 404, 410].map((status) => [status, 'download-missing', 'invalid'] as const),
  ...[400, 401, 429, 500, 503].map((status) => [status, 'download-failed', 'transient'] as const),
])('HTTP %i is %s', async (status, code, kind) => {
  respondWith(status, kubelet.url);
  const lines = [`download failed: ${toUrl(kubelet.url)}: HTTP ${status}`];
  expect(await fail('workers')).toMatchObject({ code, kind, lines });
});

test('follows redirects', async () => {
  const moved = `${server.toPath(kubelet.url)}-moved`;
  server.files.set(moved, server.files.get(server.toPath(kubelet.url)) ?? '');
  server.responses.set(
    server.toPath(kubelet.url),
    (response) => void response.writeHead(302, { Location: moved }).end(),
  );
  expect(await download('workers')).toMatchObject({ outcome: { status: 'present' }, lines: [] });
});

test('a refused connection is transient, and one error names the number of other files', async () => {
  const count = components.filter((d) => d.instanceRole === 'workers').length;
  const { code, kind, message, lines } = await fail('workers', fromMirror('http://127.0.0.1:1'));
  expect({ code, kind }).toEqual({ code: 'download-failed', kind: 'transient' });
  expect(message).toMatch(
    /: http:\/\/127\.0\.0\.1:1\/\S+: Failed to connect to 127\.0\.0\.1 port 1.* \(and 4 more files\)$/,
  );
  expect(lines).toHaveLength(count);
  expect(lines.every((line) => /^download failed: http:\/\/127\.0\.0\.1:1\/\S+: Failed to connect/.test(line))).toBe(
    true,
  );
});

test('a connection that is cut during a transfer is transient', async () => {
  server.responses.set(server.toPath(kubelet.url), (response) => {
    response.writeHead(200, { 'Content-Length': 1000 }).write('half');
    setTimeout(() => response.destroy(), 50);
  });
  expect(await fail('workers')).toMatchObject({
    ...{ code: 'download-failed', kind: 'transient' },
    lines: [expect.stringMatching(/^download failed: \S+\/kubelet: \S/)],
  });
});

test('a missing file counts more than other failures, and is named once', async () => {
  respondWith(503, kubectl.url);
  server.files.set(server.toPath(etcd.url), 'something else');
  for (const d of components.filter((one) => /kube-(apiserver|scheduler)/.test(one.name))) respondWith(404, d.url);
  const { code, message, lines } = await fail('controllers');
  expect(code).toBe('download-missing');
  expect(message).toMatch(/: HTTP 404 \(and 3 more files\)$/);
  expect(lines).toHaveLength(4);
});

test('a full disk is reported as such', async () => {
  writeFileSync(
    join(root, 'curl'),
    '#!/bin/sh\necho "curl: (23) Failure writing output" >&2; printf "\\n200"; exit 23\n',
    {
      mode: 0o755,
    },
  );
  expect(await fail('workers')).toMatchObject({ code: 'disk-full', kind: 'denied' });
});

test('downloads only the files that failed when repeated', async () => {
  respondWith(503, kubelet.url);
  await fail('workers');
  server.responses.clear();
  server.requests.length = 0;
  expect(await download('workers')).toMatchObject({ outcome: { status: 'present' }, lines: [] });
  expect(server.requests).toEqual([`GET ${server.toPath(kubelet.url)}`]);
});
