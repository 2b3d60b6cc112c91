import { createWriteStream } from 'node:fs';
import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { computeSha256 } from '../stored-files.ts';
import { kubernetesPrograms, releasePaths, versions } from '../versions.ts';
import { buildKubernetes, buildRecipe } from './build-kubernetes.ts';
import type { ArtifactContext, MirrorArtifact } from './mirror-artifact.ts';

/** Response timeout of upstream, in milliseconds. Offline hosts usually fail at once. */
const responseTimeoutMs = 3_000;
const downloadTimeoutMs = 30 * 60_000;

/** Debian withdrew its 1.20.5 package; its version number is `1.20.5+really1.20.2`. */
const debianVersion = `1.20.5+really${versions.kubernetes}`;

/** The six Kubernetes programs: upstream's if reachable, otherwise built from Debian's source package. */
export const kubernetesArtifact: MirrorArtifact = {
  name: 'kubernetes',
  recipe: `${versions.kubernetes} ${buildRecipe}`,
  async build(context) {
    const folder = join(context.out, 'files', releasePaths.kubernetes);
    await mkdir(folder, { recursive: true });
    const origin = (await isUpstreamReachable(context))
      ? await downloadPrograms(context, folder)
      : await buildFromSource(context, folder);
    for (const name of kubernetesPrograms) {
      await chmod(join(folder, name), 0o755);
      await writeFile(join(folder, `${name}.sha256`), await computeSha256(join(folder, name)));
    }
    return origin;
  },
};

async function isUpstreamReachable({ upstream, signal, log }: ArtifactContext): Promise<boolean> {
  if (upstream === undefined) return false;
  const url = `${upstream}${releasePaths.kubernetes}/kubelet.sha256`;
  const timeout = AbortSignal.any([signal, AbortSignal.timeout(responseTimeoutMs)]);
  const response = await fetch(url, { signal: timeout }).catch(() => undefined);
  signal.throwIfAborted();
  if (response?.ok === true && /^[0-9a-f]{64}\s*$/.test(await response.text())) return true;
  log(
    "kubernetes: upstream is unreachable; building from Debian 12's source package (once, about 3 minutes on 2 cores)",
  );
  return false;
}

async function downloadPrograms({ upstream, signal, log }: ArtifactContext, folder: string): Promise<string> {
  const stop = AbortSignal.any([signal, AbortSignal.timeout(downloadTimeoutMs)]);
  for (const name of kubernetesPrograms) {
    const url = `${upstream}${releasePaths.kubernetes}/${name}`;
    log(`kubernetes: downloading ${name}`);
    const [expected, response] = await Promise.all([fetchFile(`${url}.sha256`, stop), fetchFile(url, stop)]);
    const file = join(folder, name);
    if (response.body === null) throw new Error(`cannot download "${url}": the response was empty`);
    await pipeline(Readable.fromWeb(response.body), createWriteStream(file), { signal: stop });
    if ((await computeSha256(file)) !== (await expected.text()).trim())
      throw new Error(`cannot download "${url}": the digest does not match "${name}.sha256"`);
  }
  return `upstream ${versions.kubernetes}`;
}

async function fetchFile(url: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`cannot download "${url}": HTTP status ${response.status}`);
  return response;
}

async function buildFromSource(context: ArtifactContext, folder: string): Promise<string> {
  const kubectl = join(context.work, 'kubectl');
  await rm(kubectl, { recursive: true, force: true });
  await Promise.all([
    context.debian.unpack({ 'kubernetes-client': debianVersion }, kubectl),
    buildKubernetes(context, versions.kubernetes, folder),
  ]);
  await copyFile(join(kubectl, 'usr/bin/kubectl'), join(folder, 'kubectl'));
  return `Debian 12 source package kubernetes ${debianVersion}, kubectl from kubernetes-client`;
}
