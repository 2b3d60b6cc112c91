import { createHash } from 'node:crypto';
import { Secret } from '../../store/vault/secret.ts';
import type { Cluster, Instance } from '../cluster/cluster.ts';
import { KthwError } from '../cluster/errors.ts';
import type { OutputValue } from '../cluster/output.ts';
import { renderHostCommands } from '../manual/host-commands.ts';
import type { CommandResult, HostFile, SshOperation } from '../ssh/ssh-client.ts';
import { markPresent, type Observation } from '../workflow/observation.ts';
import type { StepHandle } from '../workflow/step-handle.ts';
import { assertSuccess } from './assert-success.ts';
import type { ClusterStep } from './cluster-step.ts';
import { connectToInstance } from './connect-to-instance.ts';
import { describeUnits } from './describe-units.ts';
import { getInstanceHandle } from './instance-step.ts';
import type { ManualContext, RenderContext, StepContext } from './step-context.ts';

interface HostStepOptions {
  readonly handle: StepHandle;
  readonly title: string;
  readonly instance: Instance;
  readonly dependsOn?: readonly StepHandle[];
  /** Files that must exist with exactly this content. */
  readonly files?: (c: RenderContext) => Promise<readonly HostFile[]> | readonly HostFile[];
  /** Script that exits with 0 once the step is done. Runs only after all files are correct. @default `true` */
  readonly checkScript?: (c: RenderContext) => string;
  /** Script that applies the step, after the files are written. Can be repeated. */
  readonly applyScript?: (c: RenderContext) => string;
  /** Scripts to display instead of `applyScript` and `checkScript`, where those are hard to read. */
  readonly manualScripts?: (c: ManualContext) => { readonly applyScript?: string; readonly checkScript?: string };
  /** Script that undoes the step before a rebuild on the same instance. The files are deleted too. */
  readonly removeScript?: string;
  /** Outputs that are set once the step is done. */
  readonly outputs?: readonly OutputValue[];
  /** Maps an exit code of `applyScript` to an error. */
  readonly errorForExitCode?: (result: CommandResult) => KthwError | undefined;
  /** systemd units that must be active. Their states and last log lines explain a wait. */
  readonly units?: readonly string[];
  /** Reports why the step keeps failing. */
  readonly diagnose?: (c: StepContext) => Promise<void>;
  /** Time limit of `applyScript`. @default 120_000 */
  readonly deadlineMs?: number;
}

/**
 * Digests of all files that kthw ever wrote to an instance. A file with an unknown digest was edited by someone else, which
 * is a conflict. A file of an older release is overwritten.
 */
const managedFilesManifest = '/var/lib/kthw/managed-files.sha256';

const compareFilesScript = `while read -r want path; do
  if [ ! -e "$path" ]; then echo "absent $path"; continue; fi
  have=$(sha256sum < "$path"); have=\${have%% *}
  if [ "$have" = "$want" ]; then continue; fi
  if grep -qsxF "$have $path" ${managedFilesManifest}; then echo "absent $path"; else echo "different $path $have"; fi
done`;

/** Files and scripts on one instance. */
export function hostStep(options: HostStepOptions): ClusterStep {
  const { handle, title, instance, dependsOn } = options;
  const deadlineMs = options.deadlineMs ?? 120_000;

  async function observe(c: StepContext): Promise<Observation> {
    const host = await connectToInstance(c, instance);
    const files = (await options.files?.(c)) ?? [];
    const { run, stdin } = buildProbe(c, files);
    const result = await host.run(run, { stdin, deadlineMs: 30_000, signal: c.signal, step: handle.key });
    assertSuccess(result, instance, `checking ${title}`);
    return parseProbeResult(result, files);
  }

  /** One script: compares the files, and runs the check only if all are correct. */
  function buildProbe(c: StepContext, files: readonly HostFile[]) {
    const checkScript = options.checkScript?.(c) ?? 'true';
    const run = `${compareFilesScript} > /run/kthw-observe.$$; cat /run/kthw-observe.$$
if [ -s /run/kthw-observe.$$ ]; then rm -f /run/kthw-observe.$$; exit 0; fi; rm -f /run/kthw-observe.$$
if output=$( ( ${checkScript} ) 2>&1 ); then echo works; printf '%s' "\${output:0:1000}"; fi`;
    return { run, stdin: files.map(formatManifestLine).join('') };
  }

  function parseProbeResult({ stdout }: CommandResult, files: readonly HostFile[]): Observation {
    const lines = stdout.trim().split('\n');
    const different = lines.filter((line) => line.startsWith('different ')).map((line) => line.split(' '));
    if (different.length > 0) {
      const differences = different.map(([, path = '', actualDigest = '']) => {
        const desiredFile = files.find((f) => f.path === path);
        return {
          field: `${instance.name}:${path}`,
          desired: desiredFile ? hashFile(desiredFile).slice(0, 12) : '',
          actual: actualDigest.slice(0, 12),
        };
      });
      return { status: 'different', differences };
    }
    const [works, ...read] = lines;
    return works === 'works' ? markPresent(read.join('\n'), ...(options.outputs ?? [])) : { status: 'absent' };
  }

  /** Applies and observes in one SSH session. */
  async function apply(c: StepContext): Promise<Observation> {
    const host = await connectToInstance(c, instance);
    const files = (await options.files?.(c)) ?? [];
    const applyScript = options.applyScript?.(c);
    const manifestUpdate = {
      run: `mkdir -p /var/lib/kthw; umask 077; cat >> ${managedFilesManifest}`,
      stdin: files.map(formatManifestLine).join(''),
    };
    const operations: SshOperation[] = [
      ...(files.length > 0 ? [manifestUpdate, { write: files }] : []),
      // Keeps stdout for the probe.
      ...(applyScript === undefined ? [] : [{ run: `{ ${applyScript}\n} >&2` }]),
      buildProbe(c, files),
    ];
    const result = await host.runBatch(operations, {
      deadlineMs: deadlineMs + 60_000,
      signal: c.signal,
      step: handle.key,
    });
    const exitError = result.exitCode === 0 ? undefined : options.errorForExitCode?.(result);
    if (exitError) throw exitError;
    assertSuccess(result, instance, title);
    return parseProbeResult(result, files);
  }

  async function manualCommands(c: ManualContext, direction: 'forward' | 'backward') {
    if (direction === 'backward')
      return options.removeScript === undefined ? [] : [{ runsOn: instance.name, script: options.removeScript }];
    const { applyScript, checkScript } = options.manualScripts?.(c) ?? {
      applyScript: options.applyScript?.(c),
      checkScript: options.checkScript?.(c),
    };
    return renderHostCommands({
      instance: instance.name,
      files: (await options.files?.(c)) ?? [],
      applyScript,
      checkScript,
    });
  }

  async function remove(c: StepContext): Promise<void> {
    const host = await connectToInstance(c, instance);
    const files = (await options.files?.(c)) ?? [];
    const script = `${options.removeScript ?? 'true'}\nwhile read -r path; do rm -f "$path"; done`;
    const stdin = files.map((file) => `${file.path}\n`).join('');
    assertSuccess(
      await host.run(script, { stdin, deadlineMs: 60_000, signal: c.signal }),
      instance,
      `removing ${title}`,
    );
  }

  /** Files on a missing or recreated instance are missing too. */
  async function exists(c: StepContext): Promise<boolean> {
    try {
      return await hasFiles(c);
    } catch (error) {
      const isInstanceLost = error instanceof KthwError && /^instance-(missing|replaced)$/.test(error.code);
      if (isInstanceLost) return false;
      throw error;
    }
  }

  /** Whether any file exists that a rebuild would find, even if the step doesn't work. */
  async function hasFiles(c: StepContext): Promise<boolean> {
    const files = (await options.files?.(c)) ?? [];
    if (files.length === 0) return (await observe(c)).status !== 'absent';
    const host = await connectToInstance(c, instance);
    const script = 'while read -r path; do if [ -e "$path" ]; then echo there; fi; done';
    const stdin = files.map((file) => `${file.path}\n`).join('');
    const result = await host.run(script, { stdin, deadlineMs: 30_000, signal: c.signal });
    assertSuccess(result, instance, `checking ${title}`);
    return result.stdout !== '';
  }

  const isRemovable = options.removeScript !== undefined || options.files !== undefined;
  return {
    handle,
    title,
    ...(dependsOn ? { dependsOn } : {}),
    observe,
    apply,
    ...(options.units ? { wait: buildUnitWait(instance, options.units) } : {}),
    ...(isRemovable ? { removable: { exists, remove, containedIn: getInstanceHandle(instance) } } : {}),
    explained: { manualCommands, ...(options.diagnose ? { diagnose: options.diagnose } : {}) },
  };
}

/** A host step per instance of a group, for a phase that has no other steps. */
export function createHostSteps<G extends 'instances' | 'controllerInstances' | 'workerInstances'>(
  group: G,
  buildOptions: (instance: Cluster[G][number], cluster: Cluster) => Omit<HostStepOptions, 'instance'>,
): (cluster: Cluster) => ClusterStep[] {
  return (cluster) => {
    const instances: readonly Cluster[G][number][] = cluster[group];
    return instances.map((instance) => hostStep({ ...buildOptions(instance, cluster), instance }));
  };
}

function buildUnitWait(instance: Instance, units: readonly string[]): NonNullable<ClusterStep['wait']> {
  return {
    describe: (c) => describeUnits(c, instance, units),
    remedy: () => `fix what \`journalctl ${units.map((unit) => `-u ${unit}`).join(' ')}\` shows on ${instance.name}`,
  };
}

function formatManifestLine(file: HostFile): string {
  return `${hashFile(file)} ${file.path}\n`;
}

function hashFile({ content }: HostFile): string {
  return createHash('sha256')
    .update(content instanceof Secret ? content.revealBytes() : content)
    .digest('hex');
}
