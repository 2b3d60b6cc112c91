import { execa } from 'execa';
import { systemPath } from './assert-host-requirements.ts';

/** How long a command about networks, mounts or files may take. */
const commandTimeoutMs = 30_000;

/**
 * Runs a program of the host and returns what it wrote.
 * @throws ExecaError with the program's own words when it fails or takes longer than `timeoutMs`
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

/** Runs `ip` commands, one a line, in one process; in a network namespace when one is named. */
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

/** Runs a program inside a network namespace; nothing but the network differs. */
export async function runInNamespace(namespace: string, command: readonly string[], input = ''): Promise<string> {
  return await runCommand('nsenter', [`--net=/run/netns/${namespace}`, '--', ...command], { input });
}
