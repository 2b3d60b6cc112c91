import { randomUUID } from 'node:crypto';
import { KthwError } from '../cluster/errors.ts';
import type { MutationOptions } from '../gcp/compute/compute-client.ts';
import { rejectOnAbort } from '../ssh/abort-scope.ts';
import type { SshClient, SshHost } from '../ssh/ssh-client.ts';
import type { Clock } from '../workflow/step.ts';
import { type SshAccessDeps, setSshRuleState } from './ssh-access.ts';
import { setSshKeyState } from './ssh-key-state.ts';

/** A new key or firewall rule takes effect after a delay. */
const propagationDelayMs = 15_000;
const retryDelayMs = 200;

export interface SshAccessClient extends SshClient {
  /** Enables access to all instances in advance. Errors are left to later connections. */
  enableAccess(signal: AbortSignal): Promise<void>;
}

/** When access was enabled. Undefined: it was enabled already. */
type AccessCheck = Promise<Date | undefined>;

/**
 * Enables SSH access when needed. The first connection to each instance and a check of its access run in parallel, so that a
 * connection with access enabled doesn't wait. A refused connection checks again, because another process may have disabled
 * access, and retries once access is enabled.
 */
export function withSshAccess(ssh: SshClient, c: SshAccessDeps & { readonly clock: Clock }): SshAccessClient {
  const { clock, cluster } = c;
  const checks = new Map<string, AccessCheck>();
  const closing = new AbortController();
  let pendingRuleUpdate: Promise<boolean> | undefined;

  /** Concurrent callers share one request. */
  function enableSshRule(): Promise<boolean> {
    pendingRuleUpdate ??= setSshRuleState(c, 'open', createMutationOptions()).finally(() => {
      pendingRuleUpdate = undefined;
    });
    return pendingRuleUpdate;
  }

  function startAccessCheck(name: string): AccessCheck {
    const check = ensureAccess(name);
    checks.set(name, check);
    // A connection that succeeds never awaits the check.
    check.catch(() => checks.delete(name));
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
    return +clock.now() - +(at ?? 0) < propagationDelayMs;
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

/** No connection was made, so no command ran. */
function isConnectionRefused(error: unknown): boolean {
  return error instanceof KthwError && (error.code === 'ssh-unreachable' || error.code === 'ssh-denied');
}

/** Disables the firewall rule and removes the key from all instances. @throws KthwError */
export async function disableSshAccess(c: SshAccessDeps, signal: AbortSignal): Promise<void> {
  const createMutationOptions = (): MutationOptions => ({ requestId: randomUUID(), signal });
  await Promise.all([
    setSshRuleState(c, 'shut', createMutationOptions()),
    ...c.cluster.instances.map((instance) => setSshKeyState(c, instance, 'shut', createMutationOptions())),
  ]);
}
