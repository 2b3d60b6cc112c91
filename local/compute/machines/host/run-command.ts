import { execa } from 'execa';
import { systemPath } from './assert-host-requirements.ts';

/** Timeout of commands for networks, mounts and files, in milliseconds. */
const commandTimeoutMs = 30_000;

/**
 * Runs a host program and returns its output.
 * @throws ExecaError with the program's error output when it fails or exceeds `timeoutMs`
 */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: { readonly input?: string; readonly timeoutMs?: number } = {},
): Promise<string> {
  const result = await execa(file, args, {
    input: options.input ?? '',
    timeout: options.timeoutMs ?? commandTimeoutMs,
    env: { PATH: systemPath, LC_ALL: 'C' },
    forceKillAfterDelay: 2_000,
  });
  return result.stdout;
}

/** Runs `ip` commands, one per line, in a single process; optionally in a network namespace. */
export async function runIpCommands(
  namespace: string | undefined,
  lines: readonly string[],
  force = false,
): Promise<void> {
  if (lines.length === 0) return;
  const namespaceArgs = namespace === undefined ? [] : ['-n', namespace];
  await runCommand('ip', [...(force ? ['-force'] : []), ...namespaceArgs, '-batch', '-'], {
    input: `${lines.join('\n')}\n`,
  });
}

/** Runs a program in a network namespace; all other namespaces are the host's. */
export async function runInNamespace(namespace: string, command: readonly string[], input = ''): Promise<string> {
  return await runCommand('nsenter', [`--net=/run/netns/${namespace}`, '--', ...command], { input });
}
