import { createWriteStream } from 'node:fs';
import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sha256Of } from '../stored-files.ts';
import { kubernetesPrograms, releasePaths, versions } from '../versions.ts';
import { buildKubernetes, buildRecipe } from './build-kubernetes.ts';
import type { Part, PartContext } from './mirror-artifact.ts';

/** How long upstream may take to answer at all; a machine without internet mostly knows at once. */
const answerMs = 3_000;
const downloadMs = 30 * 60_000;

/** Debian's own number says 1.20.5, which it withdrew: `1.20.5+really1.20.2`. */
const debianVersion = `1.20.5+really${versions.kubernetes}`;

/** Kubernetes' six programs: upstream's where they can be had, else built from Debian's source package. */
export const kubernetesPart: Part = {
  name: 'kubernetes',
  recipe: `${versions.kubernetes} ${buildRecipe}`,
  async make(context) {
    const folder = join(context.out, 'files', releasePaths.kubernetes);
    await mkdir(folder, { recursive: true });
    const origin = (await reachable(context)) ? await download(context, folder) : await build(context, folder);
    for (const name of kubernetesPrograms) {
      await chmod(join(folder, name), 0o755);
      await writeFile(join(folder, `${name}.sha256`), await sha256Of(join(folder, name)));
    }
    return origin;
  },
};

async function reachable({ upstream, signal, log }: PartContext): Promise<boolean> {
  if (upstream === undefined) return false;
  const url = `${upstream}${releasePaths.kubernetes}/kubelet.sha256`;
  const patience = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
  const answer = await fetch(url, { signal: patience }).catch(() => undefined);
  signal.throwIfAborted();
  if (answer?.ok === true && /^[0-9a-f]{64}\s*$/.test(await answer.text())) return true;
  log(
    "kubernetes: upstream is out of reach, building from Debian 12's source package, once: it took 3 minutes on two cores",
  );
  return false;
}

async function download({ upstream, signal, log }: PartContext, folder: string): Promise<string> {
  const stop = AbortSignal.any([signal, AbortSignal.timeout(downloadMs)]);
  for (const name of kubernetesPrograms) {
    const url = `${upstream}${releasePaths.kubernetes}/${name}`;
    log(`kubernetes: downloading ${name}`);
    const [expected, answer] = await Promise.all([get(`${url}.sha256`, stop), get(url, stop)]);
    const file = join(folder, name);
    if (answer.body === null) throw new Error(`downloading "${url}": the answer was empty`);
    await pipeline(Readable.fromWeb(answer.body), createWriteStream(file), { signal: stop });
    if ((await sha256Of(file)) !== (await expected.text()).trim())
      throw new Error(`downloading "${url}": its digest is not the one in "${name}.sha256"`);
  }
  return `upstream ${versions.kubernetes}`;
}

async function get(url: string, signal: AbortSignal): Promise<Response> {
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw new Error(`downloading "${url}": status ${answer.status}`);
  return answer;
}

async function build(context: PartContext, folder: string): Promise<string> {
  const kubectl = join(context.work, 'kubectl');
  await rm(kubectl, { recursive: true, force: true });
  await Promise.all([
    context.debian.unpack({ 'kubernetes-client': debianVersion }, kubectl),
    buildKubernetes(context, versions.kubernetes, folder),
  ]);
  await copyFile(join(kubectl, 'usr/bin/kubectl'), join(folder, 'kubectl'));
  return `Debian 12 source package kubernetes ${debianVersion}, kubectl from kubernetes-client`;
}
