import { createHash } from 'node:crypto';
import { type ErrorCode, KthwError } from '../cluster/errors.ts';
import { createAbortScope, rejectOnAbort } from './abort-scope.ts';
import { executeScript } from './execute-script.ts';
import { formatFailure } from './format-failure.ts';
import { isDiskFull, receiveFilesScript, toFileFrames } from './receive-files.ts';
import type {
  CommandOptions,
  CommandResult,
  HostFile,
  SshClient,
  SshHost,
  SshOperation,
  SshTarget,
} from './ssh-client.ts';
import { SshConnection } from './ssh-connection.ts';

interface SshClientOptions {
  /** Timeout for connection and authentication. @default 20_000 */
  readonly readyTimeoutMs?: number;
  /** Keepalive interval. The connection ends after three intervals without a reply. @default 5000 */
  readonly keepaliveMs?: number;
  /** Idle time before a connection is closed. @default 60_000 */
  readonly idleMs?: number;
  /** Called after each call, for logging. */
  readonly onCall?: (call: SshCall) => void;
}

export interface SshCall {
  readonly host: string;
  readonly doing: string;
  readonly durationMs: number;
  readonly outcome: 'ok' | ErrorCode;
  readonly exitCode?: number;
}

/** Creates an SSH client on ssh2 with one connection per host, shared by concurrent commands. */
export function createSshClient(options: SshClientOptions = {}): SshClient {
  const connections = new Map<string, SshConnection>();
  return {
    getHost(target) {
      const key = computeConnectionKey(target);
      const connection = connections.get(key) ?? createConnection(target, options);
      connections.set(key, connection);
      return createSshHost(connection, target, options);
    },
    async close() {
      await Promise.all([...connections.values()].map((connection) => connection.close()));
      connections.clear();
    },
  };
}

function createSshHost(connection: SshConnection, target: SshTarget, { onCall }: SshClientOptions): SshHost {
  async function runAndReport(
    doing: string,
    script: string,
    stdin: readonly (string | Uint8Array)[],
    options: Omit<CommandOptions, 'stdin'>,
  ) {
    const startedAt = performance.now();
    const getCall = () => ({ host: target.name, doing, durationMs: Math.round(performance.now() - startedAt) });
    try {
      const result = await runScript(connection, target, { doing, script, stdin, ...options });
      const call = getCall();
      onCall?.({ ...call, outcome: 'ok', exitCode: result.exitCode });
      return { ...result, durationMs: call.durationMs };
    } catch (error) {
      onCall?.({ ...getCall(), outcome: error instanceof KthwError ? error.code : 'bug' });
      throw error;
    }
  }
  return {
    run(script, { stdin = '', ...options }) {
      return runAndReport('running a command', script, [stdin], options);
    },
    async writeFiles(files, options) {
      if (files.length === 0) return;
      const doing = `writing ${formatFileNames(files)}`;
      assertFilesWritten(
        await runAndReport(doing, receiveFilesScript, toFileFrames(files), options),
        target.name,
        doing,
      );
    },
    runBatch(operations, options) {
      const { script, stdin } = concatScripts(operations);
      return runAndReport('running commands', script, stdin, options);
    },
  };
}

interface ScriptCall extends Omit<CommandOptions, 'stdin'> {
  readonly doing: string;
  readonly script: string;
  readonly stdin: readonly (string | Uint8Array)[];
}

/** Returns when the command ends, the caller's signal aborts or the deadline passes. Frees its session once the command has ended. */
async function runScript(
  connection: SshConnection,
  target: SshTarget,
  call: ScriptCall,
): Promise<Omit<CommandResult, 'durationMs'>> {
  const operation = { host: target.name, doing: call.doing };
  const deadlineAt = performance.now() + call.deadlineMs;
  const abortScope = createAbortScope(call, operation);
  try {
    const release = await connection.semaphore.acquire(abortScope.signal);
    const work = connection.withClient(async (client) => {
      abortScope.signal.throwIfAborted();
      return executeScript(client, {
        script: call.script,
        stdin: call.stdin,
        user: target.user,
        timeoutMs: deadlineAt - performance.now(),
        signal: abortScope.signal,
      }).catch((cause: unknown) => {
        throw new KthwError('ssh-cut', operation, { cause });
      });
    });
    return await rejectOnAbort(work.finally(release), abortScope.signal);
  } finally {
    abortScope.dispose();
  }
}

function assertFilesWritten(result: CommandResult, host: string, doing: string): void {
  if (result.exitCode === 0) return;
  if (isDiskFull(result)) throw new KthwError('disk-full', { host, doing });
  throw new KthwError('command-failed', { host, doing, exitCode: result.exitCode }, { detail: formatFailure(result) });
}

function createConnection(target: SshTarget, options: SshClientOptions): SshConnection {
  const { readyTimeoutMs = 20_000, keepaliveMs = 5000, idleMs = 60_000 } = options;
  return new SshConnection(target, { readyTimeoutMs, keepaliveMs, idleMs });
}

function formatFileNames(files: readonly HostFile[]): string {
  const paths = files.map((file) => file.path);
  return paths.length <= 3 ? paths.join(', ') : `${paths.slice(0, 2).join(', ')} and ${paths.length - 2} more files`;
}

/** Targets that differ in any relevant field, such as the host key after a rebuild, get separate connections. */
function computeConnectionKey({ address, port, user, hostKeys, identity }: SshTarget): string {
  const identityHash = createHash('sha256').update(identity.revealBytes()).digest('hex');
  return JSON.stringify([address, port ?? 22, user, [...hostKeys].sort(), identityHash]);
}

/** Combines operations into one script. Each part gets its own section of standard input; unread input is discarded. */
function concatScripts(operations: readonly SshOperation[]): { script: string; stdin: (string | Uint8Array)[] } {
  const scripts = operations.map((operation) =>
    'write' in operation
      ? { script: receiveFilesScript, stdin: toFileFrames(operation.write) }
      : { script: operation.run, stdin: operation.stdin === undefined ? [] : [operation.stdin] },
  );
  return {
    script: scripts.map(({ script, stdin }) => `(\n${script}\n) < <(head -c ${computeSize(stdin)})`).join('\n'),
    stdin: scripts.flatMap(({ stdin }) => stdin),
  };
}

function computeSize(stdin: readonly (string | Uint8Array)[]): number {
  return stdin.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
}
