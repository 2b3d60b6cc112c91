import { randomUUID } from 'node:crypto';
import { KthwError } from '../cluster/errors.ts';
import type { MutationOptions } from '../gcp/compute/compute-client.ts';
import { rejectOnAbort } from '../ssh/abort-scope.ts';
import type { SshClient, SshHost } from '../ssh/ssh-client.ts';
import type { Clock } from '../workflow/step.ts';
import { type SshAccessDeps, setSshRuleState } from './ssh-access.ts';
import { setSshKeyState } from './ssh-key-state.ts';

/** A machine's agent takes a moment to let a key in, and a network to learn of a rule. */
const propagationDelayMs = 15_000;
const retryDelayMs = 200;

export interface SshAccessClient extends SshClient {
  /** Opens it for all machines, before any is visited. What fails here the visits meet as well. */
  enableAccess(signal: AbortSignal): Promise<void>;
}

/** Looking whether a machine can be reached, and opening where it can't: when that was, or that there was nothing to do. */
type AccessCheck = Promise<Date | undefined>;

/**
 * The same machines over ssh, through a door that may be shut. It is looked at once for each machine, beside the first
 * visit, so that a visit through an open door waits for nothing; a visit that is not let in looks again, because somebody
 * may have shut it meanwhile, and goes once more when it had to be opened.
 */
export function withSshAccess(ssh: SshClient, c: SshAccessDeps & { readonly clock: Clock }): SshAccessClient {
  const { clock, cluster } = c;
  const checks = new Map<string, AccessCheck>();
  const closing = new AbortController();
  let pendingRuleUpdate: Promise<boolean> | undefined;

  /** One look at the rule at a time, whoever asks. */
  function enableSshRule(): Promise<boolean> {
    pendingRuleUpdate ??= setSshRuleState(c, 'open', createMutationOptions()).finally(() => {
      pendingRuleUpdate = undefined;
    });
    return pendingRuleUpdate;
  }

  function startAccessCheck(name: string): AccessCheck {
    const check = ensureAccess(name);
    checks.set(name, check);
    // Whoever is let in never asks what came of it.
    check.catch(() => {
      if (checks.get(name) === check) checks.delete(name);
    });
    return check;
  }

  async function ensureAccess(name: string): AccessCheck {
    const instance = cluster.instances.find((one) => one.name === name);
    const changes = await Promise.all([
      enableSshRule(),
      instance ? setSshKeyState(c, instance, 'open', createMutationOptions()) : false,
    ]);
    return changes.includes(true) ? clock.now() : undefined;
  }

  async function runWithAccess<T>(name: string, signal: AbortSignal, connect: () => Promise<T>): Promise<T> {
    let earlierCheck = checks.get(name);
    let check = earlierCheck ?? startAccessCheck(name);
    for (;;) {
      try {
        return await connect();
      } catch (error) {
        if (!isConnectionRefused(error)) throw error;
        let enabledAt = await rejectOnAbort(check, signal);
        if (earlierCheck && !isRecent(enabledAt)) {
          earlierCheck = undefined;
          check = startAccessCheck(name);
          enabledAt = await rejectOnAbort(check, signal);
        }
        if (!isRecent(enabledAt)) throw error;
        await clock.sleep(retryDelayMs, signal);
      }
    }
  }

  function isRecent(at: Date | undefined): boolean {
    return at !== undefined && +clock.now() - +at < propagationDelayMs;
  }

  function createMutationOptions(): MutationOptions {
    return { requestId: randomUUID(), signal: closing.signal };
  }

  return {
    getHost(target): SshHost {
      const host = ssh.getHost(target);
      const wrapCall = <O extends { readonly signal: AbortSignal }, T>({ signal }: O, connect: () => Promise<T>) =>
        runWithAccess(target.name, signal, connect);
      return {
        run: (script, options) => wrapCall(options, () => host.run(script, options)),
        writeFiles: (files, options) => wrapCall(options, () => host.writeFiles(files, options)),
        runBatch: (parts, options) => wrapCall(options, () => host.runBatch(parts, options)),
      };
    },
    async enableAccess(signal) {
      const accessChecks = cluster.instances.map(({ name }) => checks.get(name) ?? startAccessCheck(name));
      await rejectOnAbort(Promise.allSettled(accessChecks), signal).catch(() => undefined);
    },
    async close() {
      closing.abort();
      await ssh.close();
    },
  };
}

/** No connection came about, so that nothing was run. */
function isConnectionRefused(error: unknown): boolean {
  return error instanceof KthwError && (error.code === 'ssh-unreachable' || error.code === 'ssh-denied');
}

/** Shuts it for the rule and all machines. @throws KthwError */
export async function disableSshAccess(c: SshAccessDeps, signal: AbortSignal): Promise<void> {
  const createMutationOptions = (): MutationOptions => ({ requestId: randomUUID(), signal });
  await Promise.all([
    setSshRuleState(c, 'shut', createMutationOptions()),
    ...c.cluster.instances.map((instance) => setSshKeyState(c, instance, 'shut', createMutationOptions())),
  ]);
}
