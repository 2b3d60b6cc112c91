import { createHash } from 'node:crypto';
import { type ErrorCode, KthwError } from '../workflow/errors.ts';
import { endingOf, orEnd } from './abort-scope.ts';
import { inTurn } from './concat-scripts.ts';
import { execute } from './execute-script.ts';
import { framesOf, isDiskFull, receiveScript } from './file-transfer.ts';
import { failureText } from './format-failure.ts';
import type { Host, HostFile, Remote, RunOptions, RunResult, Target } from './ssh-client.ts';
import { Connection } from './ssh-connection.ts';

export interface SshOptions {
  /** How long a machine may take to answer, let in and be ready. @default 20_000 */
  readonly readyTimeoutMs?: number;
  /** A machine is asked this often whether it is there; silence for three times as long ends the connection. @default 5000 */
  readonly keepaliveMs?: number;
  /** An unused connection is closed after this. @default 60_000 */
  readonly idleMs?: number;
  /** Told of every call when it is over; for the log. */
  readonly onCall?: (call: SshCall) => void;
}

export interface SshCall {
  readonly host: string;
  readonly doing: string;
  readonly durationMs: number;
  readonly outcome: 'ok' | ErrorCode;
  readonly exitCode?: number;
}

/** Machines over ssh, by ssh2. One connection a machine, shared by parallel commands. */
export function openSsh(options: SshOptions = {}): Remote {
  const connections = new Map<string, Connection>();
  return {
    host(target) {
      const key = keyOf(target);
      const connection = connections.get(key) ?? newConnection(target, options);
      connections.set(key, connection);
      return hostOn(connection, target, options);
    },
    async close() {
      await Promise.all([...connections.values()].map((connection) => connection.close()));
      connections.clear();
    },
  };
}

function hostOn(connection: Connection, target: Target, { onCall }: SshOptions): Host {
  async function perform(
    doing: string,
    script: string,
    stdin: readonly (string | Uint8Array)[],
    options: Omit<RunOptions, 'stdin'>,
  ) {
    const startedAt = performance.now();
    const ms = (): number => Math.round(performance.now() - startedAt);
    try {
      const result = { ...(await runOn(connection, target, { doing, script, stdin, ...options })), durationMs: ms() };
      onCall?.({ host: target.name, doing, durationMs: ms(), outcome: 'ok', exitCode: result.exitCode });
      return result;
    } catch (error) {
      onCall?.({
        host: target.name,
        doing,
        durationMs: ms(),
        outcome: error instanceof KthwError ? error.code : 'bug',
      });
      throw error;
    }
  }
  return {
    run(script, { stdin = '', ...options }) {
      return perform('running a command', script, [stdin], options);
    },
    async write(files, options) {
      if (files.length === 0) return;
      const doing = `writing ${namesOf(files)}`;
      throwUnlessWritten(await perform(doing, receiveScript, framesOf(files), options), target.name, doing);
    },
    visit(parts, options) {
      const { script, stdin } = inTurn(parts);
      return perform('running commands', script, stdin, options);
    },
  };
}

interface Call extends Omit<RunOptions, 'stdin'> {
  readonly doing: string;
  readonly script: string;
  readonly stdin: readonly (string | Uint8Array)[];
}

/** Comes back when the command is over, the caller's signal fires or the deadline passes; the slot is free once the command is really gone. */
async function runOn(connection: Connection, target: Target, call: Call): Promise<Omit<RunResult, 'durationMs'>> {
  const what = { host: target.name, doing: call.doing };
  const until = performance.now() + call.deadlineMs;
  const ending = endingOf(call, what);
  try {
    const giveBack = await connection.slots.take(ending.signal);
    const work = connection.use(async (client) => {
      ending.signal.throwIfAborted();
      return execute(client, {
        script: call.script,
        stdin: call.stdin,
        user: target.user,
        limitMs: until - performance.now(),
        signal: ending.signal,
      }).catch((cause: unknown) => {
        throw new KthwError('ssh-cut', what, { cause });
      });
    });
    return await orEnd(work.finally(giveBack), ending.signal);
  } finally {
    ending.stop();
  }
}

function throwUnlessWritten(result: RunResult, host: string, doing: string): void {
  if (result.exitCode === 0) return;
  if (isDiskFull(result)) throw new KthwError('disk-full', { host, doing });
  throw new KthwError('command-failed', { host, doing, exitCode: result.exitCode }, { detail: failureText(result) });
}

function newConnection(target: Target, options: SshOptions): Connection {
  const { readyTimeoutMs = 20_000, keepaliveMs = 5000, idleMs = 60_000 } = options;
  return new Connection(target, { readyTimeoutMs, keepaliveMs, idleMs });
}

function namesOf(files: readonly HostFile[]): string {
  const paths = files.map((file) => file.path);
  return paths.length <= 3 ? paths.join(', ') : `${paths.slice(0, 2).join(', ')} and ${paths.length - 2} more files`;
}

/** A target that differs in anything that matters, as another key after a rebuild, is another connection. */
function keyOf({ address, port, user, hostKeys, identity }: Target): string {
  const identityHash = createHash('sha256').update(identity.bytes()).digest('hex');
  return JSON.stringify([address, port ?? 22, user, [...hostKeys].sort(), identityHash]);
}
