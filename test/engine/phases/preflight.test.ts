import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { listComponentDownloads } from '../../../src/engine/cluster/component-downloads.ts';
import type { DigestLookup } from '../../../src/engine/cluster/digests.ts';
import { getRelease } from '../../../src/engine/cluster/releases.ts';
import { createDownloadClient, type DownloadClient } from '../../../src/engine/downloads/create-download-client.ts';
import { preflight, preflightSteps } from '../../../src/engine/phases/preflight.ts';
import type { StepContext } from '../../../src/engine/steps/step-context.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { FakeDownloads } from '../../fakes/downloads.ts';
import { buildSpec, RunEnvironment } from '../../fakes/run-environment.ts';
import { buildCluster } from '../../fixtures/cluster.ts';
import { startDownloadServer } from '../../support/download-server.ts';

const mirror = 'http://mirror.test';
const version = '1.20.2';
const cluster = buildCluster({ controllers: 1, workers: 1, version });
const components = listComponentDownloads(getRelease(version));

interface CheckOptions {
  readonly downloads: DownloadClient | undefined;
  readonly mirror?: string | undefined;
  /** @default all are known with a mirror, and none without */
  readonly digests?: DigestLookup;
  readonly existingInstances?: readonly string[];
}

/** The step that checks the downloads. */
async function observe({ downloads, mirror, existingInstances = [], ...options }: CheckOptions) {
  const get = async ({ name }: { name: string }) => (existingInstances.includes(name) ? {} : undefined);
  const c = {
    cluster,
    downloads,
    mirror,
    digests: options.digests ?? (() => (mirror === undefined ? undefined : 'a'.repeat(64))),
    clock: new FakeClock(),
    signal: new AbortController().signal,
    compute: { instances: { get } },
  };
  const step = preflight.steps(cluster).find(({ handle }) => handle.key === preflightSteps.downloads.key);
  return await step?.observe(c as unknown as StepContext);
}

describe('the check of downloads', () => {
  test.each(components.map(({ url }) => url))('stops if %s is missing', async (url) => {
    const server = await startDownloadServer(version, '1.30.14');
    onTestFinished(() => server.close());
    server.files.delete(server.toPath(url));
    await expect(observe({ downloads: createDownloadClient(), mirror: server.url })).rejects.toMatchObject({
      ...{ code: 'preflight', kind: 'invalid' },
      message: `Kubernetes ${version} can't be downloaded: ${server.url}${server.toPath(url)}: HTTP 404; available versions: 1.30.14`,
    });
  });

  test('names one of several files once, with the number of the others', async () => {
    const server = await startDownloadServer('1.30.14');
    onTestFinished(() => server.close());
    await expect(observe({ downloads: createDownloadClient(), mirror: server.url })).rejects.toThrow(
      /^Kubernetes 1\.20\.2 can't be downloaded: \S+: HTTP 404 \(and 9 more files\); available versions: 1\.30\.14$/,
    );
  });

  test.each([true, false])(
    'stops if the digest of a file on a mirror is unknown (with a check: %s)',
    async (isChecked) => {
      const downloads = isChecked ? new FakeDownloads() : undefined;
      const digests: DigestLookup = (url) => (url.endsWith('/kubelet') ? undefined : 'a'.repeat(64));
      await expect(observe({ downloads, mirror, digests })).rejects.toMatchObject({
        code: 'preflight',
        message:
          "the digest of https://dl.k8s.io/release/v1.20.2/bin/linux/amd64/kubelet is unknown, so it can't be downloaded from a mirror; add it to `KTHW_DIGEST_FILE`",
      });
      expect(downloads?.checkedUrls ?? []).toEqual([]);
    },
  );

  test('requests no published checksum of a file whose digest is known', async () => {
    const downloads = new FakeDownloads();
    await observe({ downloads, digests: () => 'a'.repeat(64) });
    expect(downloads.checkedUrls).toEqual(components.map(({ url }) => url));
  });

  test.each(['HTTP 429', 'HTTP 500', 'HTTP 503', 'connect ECONNREFUSED 127.0.0.1:1'])(
    'is retried after %s',
    async (reason) => {
      const downloads = new FakeDownloads();
      downloads.failures.push({ match: /kubelet$/, reason });
      await expect(observe({ downloads, mirror })).rejects.toMatchObject({
        ...{ code: 'download-failed', kind: 'transient' },
        message: expect.stringMatching(new RegExp(`^Kubernetes 1.20.2 can't be downloaded: \\S+/kubelet: ${reason}$`)),
        remedy: expect.stringContaining('KTHW_DOWNLOAD_CHECK=off'),
      });
    },
  );

  test('checks upstream without a mirror', async () => {
    const downloads = new FakeDownloads();
    expect(await observe({ downloads })).toMatchObject({ status: 'present' });
    expect(downloads.checkedUrls).toEqual(components.flatMap(({ url, checksumUrl }) => [url, checksumUrl]));
    downloads.failures.push({ match: /kubelet$/, reason: 'HTTP 404' });
    await expect(observe({ downloads })).rejects.toThrow(/kubelet: HTTP 404$/);
  });

  test.each([
    ['workers', ['demo-controller-0']],
    ['controllers', ['demo-worker-0']],
  ])('checks only the components of missing %s', async (role, existingInstances) => {
    const downloads = new FakeDownloads();
    await observe({ downloads, existingInstances });
    const expected = components.filter(({ instanceRole }) => instanceRole === role);
    expect(downloads.checkedUrls).toEqual(expected.flatMap(({ url, checksumUrl }) => [url, checksumUrl]));
  });

  test('passes without a request if all instances exist, or if it is turned off', async () => {
    const downloads = new FakeDownloads();
    downloads.failures.push({ match: /./, reason: 'HTTP 404' });
    expect(await observe({ downloads, existingInstances: ['demo-controller-0', 'demo-worker-0'] })).toMatchObject({
      status: 'present',
    });
    expect(downloads.checkedUrls).toEqual([]);
    expect(await observe({ downloads: undefined, mirror })).toMatchObject({ status: 'present' });
  });
});

const open: RunEnvironment[] = [];
afterEach(async () => {
  for (const environment of open.splice(0)) await environment.close();
});

/** @param options without a mirror, only the run checks downloads */
async function createEnvironment(options: { readonly mirror?: string } = { mirror }) {
  const environment = new RunEnvironment(options);
  open.push(environment);
  const process = environment.createProcess();
  const { clusterService } = process;
  const request = { requester: environment.requester, channel: 'C1' };
  return {
    ...{ environment, process, clusterService, request },
    create: () => clusterService.createCluster({ spec: buildSpec({ version }), ...request }),
    /** The mirror loses the version; the cached answer expires. */
    loseVersion() {
      environment.downloads.failures.push({ match: /release\/v1\.20\.2\//, reason: 'HTTP 404' });
      environment.clock.advance(6 * 60_000);
    },
    countRuns: async () => (await environment.store.list('run')).length,
  };
}

const refusal = { unavailableVersion: version, availableVersions: expect.arrayContaining(['1.21.14', '1.37.1']) };

describe('a cluster whose version the mirror lacks', () => {
  test('is refused before a run exists, with the available versions', async () => {
    const { create, loseVersion, countRuns, clusterService } = await createEnvironment();
    loseVersion();
    const result = await create();
    expect(result).toEqual(refusal);
    expect('availableVersions' in result && result.availableVersions).not.toContain(version);
    expect(await countRuns()).toBe(0);
    expect(await clusterService.getStatus('demo')).toBeUndefined();
  });

  test('stops in preflight if only the run finds out: nothing is created, and the name is free', async () => {
    const { create, environment, clusterService } = await createEnvironment({});
    environment.downloads.failures.push({ match: /amd64\/kubelet$/, reason: 'HTTP 404' });
    const run = await environment.finishRun(create());
    expect(await environment.getOutcome(run)).toBe('failed');
    const problems = (await clusterService.getRunView(run))?.problems ?? [];
    expect(problems.map(({ error }) => error?.code)).toEqual(['preflight']);
    expect(await environment.listEvents(run, 'step.failed')).toHaveLength(1);
    expect(environment.compute.faults.countCalls(/^insert/)).toBe(0);
    expect(await clusterService.getStatus('demo')).toBeUndefined();
  });

  test('is created once the server responds again', async () => {
    const { create, environment } = await createEnvironment({});
    environment.downloads.failures.push({ match: /amd64\/kubelet$/, reason: 'HTTP 503', times: 2 });
    const run = await environment.finishRun(create());
    expect(await environment.getOutcome(run)).toBe('succeeded');
    expect(environment.downloads.checkedUrls.filter((url) => /amd64\/kubelet$/.test(url))).toHaveLength(3);
  });

  test('fails after two minutes without a response, and says what it waited for', async () => {
    const { create, environment } = await createEnvironment({});
    environment.downloads.failures.push({ match: /amd64\/kubelet$/, reason: 'HTTP 503' });
    const since = +environment.clock.now();
    const run = await environment.finishRun(create());
    expect(await environment.listEvents(run, 'step.failed')).toMatchObject([{ error: { code: 'download-failed' } }]);
    expect((+environment.clock.now() - since) / 60_000).toBeCloseTo(2, 0);
    expect((await environment.listEvents(run, 'step.logged')).map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^waiting for downloads of Kubernetes 1\.20\.2: .*\/kubelet: HTTP 503$/),
    );
    expect(environment.compute.faults.countCalls(/^insert/)).toBe(0);
  });

  test.each(['preflight', 'controllers', 'workers', 'downloads'])('is not rebuilt from %s', async (fromPhase) => {
    const { create, environment, clusterService, loseVersion, countRuns, request } = await createEnvironment();
    await environment.finishRun(create());
    loseVersion();
    expect(await clusterService.rebuildCluster('demo', { fromPhase, ...request })).toEqual(refusal);
    expect(await countRuns()).toBe(1);
  });

  test('is rebuilt from a phase after the downloads', async () => {
    const { create, environment, clusterService, loseVersion, request } = await createEnvironment();
    await environment.finishRun(create());
    loseVersion();
    expect(await clusterService.rebuildCluster('demo', { fromPhase: 'etcd', ...request })).toHaveProperty('run');
  });

  test('gets no new workers, but loses workers', async () => {
    const { create, environment, clusterService, loseVersion, request } = await createEnvironment();
    await environment.finishRun(create());
    loseVersion();
    expect(await clusterService.scaleCluster('demo', { workers: 2, ...request })).toEqual(refusal);
    const run = await environment.finishRun(clusterService.scaleCluster('demo', { workers: 0, ...request }));
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
  });

  test('is deleted and resumed as before', async () => {
    const { create, environment, clusterService, loseVersion, request } = await createEnvironment();
    await environment.finishRun(create());
    loseVersion();
    expect(await create()).toEqual({ unchanged: 'ready' });
    const run = await environment.finishRun(clusterService.deleteCluster('demo', request.requester, request.channel));
    expect(await environment.getOutcome(run)).toBe('succeeded');
  });
});
