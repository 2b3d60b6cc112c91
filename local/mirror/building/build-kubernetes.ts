import { existsSync } from 'node:fs';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { findGo } from './go-toolchain.ts';
import type { ArtifactContext } from './mirror-artifact.ts';
import { runChild } from './run-child.ts';

/** Programs to build. kubectl is excluded: Debian has a binary package. */
export const compiledPrograms = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
] as const;

/** Changes whenever the resulting binaries would change. */
export const buildRecipe = 'tags=providerless,dockerless trimpath stripped';

const project = 'k8s.io/kubernetes';
const tags = 'providerless,dockerless';
const buildTimeoutMs = 60 * 60_000;
const toolTimeoutMs = 10 * 60_000;

/**
 * Builds the Kubernetes programs into `into` from Debian's source package, which vendors all dependencies. Upstream's
 * makefiles first run seven code generators. The source package lacks the output of only one, so that one runs and `go
 * build` does the rest. The two build tags are upstream's: without the unused cloud provider and Docker libraries, the
 * build is faster and the API server shrinks from 110 MB to 61 MB.
 */
export async function buildKubernetes(context: ArtifactContext, version: string, into: string): Promise<void> {
  const { work, signal, log } = context;
  await mkdir(work, { recursive: true });
  const [source, go] = await Promise.all([unpackSource(context), findGo(context.debian, work, signal)]);
  const gopath = join(work, 'gopath');
  const home = join(gopath, 'src', project);
  await rm(gopath, { recursive: true, force: true });
  await mkdir(join(home, '..'), { recursive: true });
  await rm(join(work, 'gotmp'), { recursive: true, force: true });
  await mkdir(join(work, 'gotmp'));
  await symlink(source, home);
  // Programs built with -trimpath cannot locate Go's standard library.
  const GOROOT = (await runChild(go, ['env', 'GOROOT'], { signal, deadlineMs: toolTimeoutMs })).trim();
  const run = (file: string, args: readonly string[], deadlineMs: number, onLine?: (line: string) => void) =>
    runChild(file, args, {
      cwd: home,
      env: { ...buildGoEnvironment(work, home), GOROOT },
      signal,
      deadlineMs,
      ...(onLine === undefined ? {} : { onLine }),
    });

  const flags = ['-tags', tags, '-trimpath', '-gcflags=all=-dwarf=false', `-ldflags=${buildLinkerFlags(version)}`];
  const targets = compiledPrograms.map((name) => `./cmd/${name}`);
  const generator = join(work, 'openapi-gen');
  log('kubernetes: generating the OpenAPI definitions');
  await run(go, ['build', ...flags, '-o', generator, './vendor/k8s.io/kube-openapi/cmd/openapi-gen'], toolTimeoutMs);
  await run(generator, buildOpenApiArguments(await listOpenApiPackages(home, signal)), toolTimeoutMs);
  const packages = (await run(go, ['list', '-deps', '-tags', tags, ...targets], toolTimeoutMs)).split('\n').length;

  const started = Date.now();
  let compiled = 0;
  const logProgress = () => {
    const spent = Math.round((Date.now() - started) / 1000);
    log(
      `kubernetes: ${renderProgressBar(compiled / packages)} compiled ${compiled} of ${packages} packages in ${spent} s (total about 138 s on 2 cores, including linking)`,
    );
  };
  const ticker = setInterval(logProgress, 15_000);
  try {
    await run(go, ['build', '-v', ...flags, '-o', `${into}/`, ...targets], buildTimeoutMs, () => compiled++);
  } finally {
    clearInterval(ticker);
  }
  logProgress();
}

/** @param share from 0 to 1 */
function renderProgressBar(share: number): string {
  const full = Math.round(20 * Math.min(1, share));
  return `[${'#'.repeat(full)}${'.'.repeat(20 - full)}] ${Math.floor(100 * Math.min(1, share))}%`;
}

async function unpackSource({ work, debian }: ArtifactContext): Promise<string> {
  const source = join(work, 'source');
  if (existsSync(source)) return source;
  const unpacking = join(work, 'source.unpacking');
  await rm(unpacking, { recursive: true, force: true });
  await rm(`${unpacking}.download`, { recursive: true, force: true });
  await debian.unpackSource('kubernetes', unpacking);
  await rename(unpacking, source);
  return source;
}

function buildGoEnvironment(work: string, home: string): Record<string, string> {
  return {
    HOME: work,
    PWD: home,
    GOPATH: join(work, 'gopath'),
    GOCACHE: join(work, 'gocache'),
    GOTMPDIR: join(work, 'gotmp'),
    // Fewer garbage collections in the compiler: faster, but uses more memory.
    GOGC: '400',
    GO111MODULE: 'off',
    GOFLAGS: '',
    GOPROXY: 'off',
    GOTOOLCHAIN: 'local',
    GOOS: 'linux',
    GOARCH: 'amd64',
    CGO_ENABLED: '0',
  };
}

function buildLinkerFlags(version: string): string {
  const [major, minor] = version.split('.');
  const stamps = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor, gitTreeState: 'archive' };
  const stamped = ['client-go/pkg', 'component-base'].flatMap((module) =>
    Object.entries(stamps).map(([key, value]) => `-X ${project}/vendor/k8s.io/${module}/version.${key}=${value}`),
  );
  return ['-s', '-w', ...stamped].join(' ');
}

/** Packages that need OpenAPI definitions, found as in the upstream makefiles. */
async function listOpenApiPackages(home: string, signal: AbortSignal): Promise<string[]> {
  const roots = ['cmd', 'pkg', 'plugin', 'vendor/k8s.io/'];
  const args = ['-RlE', '--include=*.go', '^// *[+]k8s:openapi-gen=', ...roots];
  const files = (await runChild('grep', args, { cwd: home, signal, deadlineMs: toolTimeoutMs })).split('\n');
  const folders = new Set(files.map((file) => file.slice(0, file.lastIndexOf('/'))));
  return [...folders].filter((folder) => !/^vendor\/k8s.io\/(code-generator|sample-apiserver)\//.test(folder)).sort();
}

function buildOpenApiArguments(packages: readonly string[]): string[] {
  const inputs = packages.map((folder) => `${project}/${folder}`).join(',');
  const out = `${project}/pkg/generated/openapi`;
  const boilerplate = 'vendor/k8s.io/code-generator/hack/boilerplate.go.txt';
  return ['--logtostderr', '-i', inputs, '-p', out, '-O', 'zz_generated.openapi', '-h', boilerplate, '-r', '/dev/null'];
}
