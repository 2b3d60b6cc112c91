import type { Instance } from '../cluster/cluster.ts';
import { KthwError } from '../cluster/errors.ts';
import { formatFailure } from '../ssh/format-failure.ts';
import { isDiskFull } from '../ssh/receive-files.ts';
import type { CommandResult } from '../ssh/ssh-client.ts';

/** @throws KthwError when the command failed */
export function assertSuccess(result: CommandResult, instance: Instance, doing: string): void {
  if (result.exitCode === 0) return;
  if (isDiskFull(result)) throw new KthwError('disk-full', { host: instance.name, doing });
  const detail = formatFailure(result);
  throw new KthwError('command-failed', { host: instance.name, doing, exitCode: result.exitCode }, { detail });
}
