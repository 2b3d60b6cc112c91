import { randomUUID } from 'node:crypto';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, ClientChannel } from 'ssh2';
import { buildCommandLine, buildKillCommand, type CommandLine } from './command-line.ts';
import type { CommandResult } from './ssh-client.ts';

/** Applies to stdout and stderr each. */
const maxOutputBytes = 1024 * 1024;
const sessionRetryMs = 200;

interface ScriptExecution {
  readonly script: string;
  readonly stdin: readonly (string | Uint8Array)[];
  readonly user: string;
  /** The host itself ends the command shortly after this time. */
  readonly timeoutMs: number;
  /** Aborting kills the command on the host. */
  readonly signal: AbortSignal;
}

/**
 * Runs a script on a connection. Resolves when its channel is closed, also after an abort.
 * @throws if the channel closed without an exit status: the connection was lost
 */
export function executeScript(client: Client, execution: ScriptExecution): Promise<Omit<CommandResult, 'durationMs'>> {
  const command = buildCommandLine(execution.script, {
    user: execution.user,
    timeoutSeconds: Math.ceil(execution.timeoutMs / 1000) + 2,
    marker: `kthw-${randomUUID()}`,
  });
  return new Promise((resolve, reject) => {
    const open = (): void => void client.exec(command.line, onOpened);
    // Listens at once: a short command can end within the same packet.
    const onOpened = (error: Error | undefined, channel: ClientChannel): void => {
      if (error) {
        retryIfRefused(error);
        return;
      }
      const killOnAbort = createKillOnAbort(client, channel, command, execution);
      const stdout = new TailBuffer(maxOutputBytes);
      const stderr = new TailBuffer(maxOutputBytes);
      let exitCode: number | undefined;
      channel.on('data', (chunk: Uint8Array) => stdout.add(chunk));
      channel.stderr.on('data', (chunk: Uint8Array) => stderr.add(chunk));
      // A command may exit without reading all input; its exit code decides.
      channel.on('error', () => {});
      channel.on('exit', (code: number | null, signal?: NodeJS.Signals) => {
        exitCode = code ?? 128 + (signal && Object.hasOwn(constants.signals, signal) ? constants.signals[signal] : 0);
      });
      channel.on('close', () => {
        execution.signal.removeEventListener('abort', killOnAbort);
        if (exitCode === undefined) return reject(new Error('the channel closed before the command ended'));
        resolve({ exitCode, stdout: stdout.getText(), stderr: stripMarker(stderr.getText(), command.marker) });
      });
      for (const part of execution.stdin) channel.write(part);
      channel.end();
    };
    /** A busy host can still count sessions that have ended, and refuses a new one until it catches up. */
    const retryIfRefused = (error: Error): void => {
      // Only a refused session has a reason. Other errors mean that the connection is lost.
      const isRefused = 'reason' in error && !execution.signal.aborted;
      (isRefused ? sleep(sessionRetryMs).then(open) : Promise.reject(error)).catch(reject);
    };
    open();
  });
}

/** Kills the command's process group with a second command once the group is known and the signal has aborted. */
function createKillOnAbort(
  client: Client,
  channel: ClientChannel,
  { marker }: CommandLine,
  { signal, user }: ScriptExecution,
): () => void {
  let buffered = '';
  let processGroup: number | undefined;
  const killOnAbort = (): void => {
    if (processGroup === undefined || !signal.aborted) return;
    try {
      client.exec(buildKillCommand(processGroup, user), (error, killChannel) => {
        if (error) return;
        killChannel
          .on('error', () => {})
          .resume()
          .end();
        killChannel.stderr.resume();
      });
    } catch {
      // The connection is lost; `timeout` on the host ends the command.
    }
  };
  const readProcessGroup = (chunk: Uint8Array): void => {
    buffered += Buffer.from(chunk).toString('latin1');
    const match = buffered.match(new RegExp(`${marker} (\\d+)\n`));
    if (!match) return;
    channel.stderr.off('data', readProcessGroup);
    processGroup = Number(match[1]);
    killOnAbort();
  };
  channel.stderr.on('data', readProcessGroup);
  signal.addEventListener('abort', killOnAbort, { once: true });
  return killOnAbort;
}

function stripMarker(stderr: string, marker: string): string {
  return stderr.replace(new RegExp(`${marker} \\d+\n`), '');
}

/** Keeps the last `limit` bytes of an output. */
export class TailBuffer {
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#size += chunk.byteLength;
    let oldest = this.#chunks[0];
    while (oldest && this.#size - oldest.byteLength >= this.#limit) {
      this.#chunks.shift();
      this.#size -= oldest.byteLength;
      oldest = this.#chunks[0];
    }
  }

  /** Decodes UTF-8; a character split by the limit becomes U+FFFD. */
  getText(): string {
    const all = Buffer.concat(this.#chunks);
    return all.subarray(Math.max(0, all.byteLength - this.#limit)).toString('utf8');
  }
}
