import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { mirrorVersion } from '../../src/engine/cluster/default-version.ts';

/** Runs kubectl and returns standard output. @throws Error when kubectl fails */
export type Kubectl = (...args: string[]) => Promise<string>;

/**
 * Creates a function that runs kubectl with a kubeconfig. Uses the host's kubectl, or the mirror's if there is none.
 * @param folder for the program and its cache
 */
export async function createKubectl(
  mirrorUrl: string,
  kubeconfig: string,
  folder: string,
  signal: AbortSignal,
): Promise<Kubectl> {
  const program = await findKubectlProgram(mirrorUrl, folder);
  const common = ['--kubeconfig', kubeconfig, '--cache-dir', join(folder, 'kubectl-cache')];
  return async (...args) => (await execa(program, [...common, ...args], { cancelSignal: signal })).stdout;
}

async function findKubectlProgram(mirrorUrl: string, folder: string): Promise<string> {
  const { exitCode } = await execa('kubectl', ['version', '--client'], { reject: false });
  if (exitCode === 0) return 'kubectl';
  const response = await fetch(`${mirrorUrl}/dl.k8s.io/release/v${mirrorVersion}/bin/linux/amd64/kubectl`);
  if (!response.ok) throw new Error(`kubectl is not installed, and the mirror returned HTTP ${response.status}`);
  const path = join(folder, 'kubectl');
  await writeFile(path, Buffer.from(await response.arrayBuffer()), { mode: 0o755 });
  return path;
}
