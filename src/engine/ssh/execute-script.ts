import { randomUUID } from 'node:crypto';
import { constants } from 'node:os';
import type { Client, ClientChannel } from 'ssh2';
import { type CommandLine, commandLine, killLine } from './command-line.ts';
import type { RunResult } from './ssh-client.ts';
import { Output } from './tail-buffer.ts';

/** Of each of the two outputs. */
const keptBytes = 1024 * 1024;

export interface Execution {
  readonly script: string;
  readonly stdin: readonly (string | Uint8Array)[];
  readonly user: string;
  /** The machine ends the command by itself a little after this. */
  readonly limitMs: number;
  /** Ends the command on the machine. */
  readonly signal: AbortSignal;
}

/**
 * Runs a script on a connection; resolves when its channel is closed, also after the signal has ended it.
 * @throws when the channel closed and nobody said how the command ended: the connection was cut.
 */
export function execute(client: Client, what: Execution): Promise<Omit<RunResult, 'durationMs'>> {
  const command = commandLine(what.script, {
    user: what.user,
    limitSeconds: Math.ceil(what.limitMs / 1000) + 2,
    mark: `kthw-${randomUUID()}`,
  });
  return new Promise((resolve, reject) => {
    client.exec(command.line, (error, channel) => {
      if (error) return reject(error);
      const stop = stopper(client, channel, command, what);
      const stdout = new Output(keptBytes);
      const stderr = new Output(keptBytes);
      let exitCode: number | undefined;
      channel.on('data', (chunk: Uint8Array) => stdout.add(chunk));
      channel.stderr.on('data', (chunk: Uint8Array) => stderr.add(chunk));
      // A command that does not read its input to the end has the say by its exit code.
      channel.on('error', () => {});
      channel.on('exit', (code: number | null, signal?: NodeJS.Signals) => {
        exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
      });
      channel.on('close', () => {
        what.signal.removeEventListener('abort', stop);
        if (exitCode === undefined) return reject(new Error('the channel closed before the command ended'));
        resolve({ exitCode, stdout: stdout.text(), stderr: withoutMark(stderr.text(), command.mark) });
      });
      for (const part of what.stdin) channel.write(part);
      channel.end();
    });
  });
}

/** Listens for the command's process group and for the signal; once both are there, ends the group by a second command. */
function stopper(
  client: Client,
  channel: ClientChannel,
  { mark }: CommandLine,
  { signal, user }: Execution,
): () => void {
  let head = '';
  let group: number | undefined;
  const stop = (): void => {
    if (group === undefined || !signal.aborted) return;
    try {
      client.exec(killLine(group, user), (error, killer) => {
        if (error) return;
        killer
          .on('error', () => {})
          .resume()
          .end();
        killer.stderr.resume();
      });
    } catch {
      // The connection is gone already: `timeout` on the machine ends the command.
    }
  };
  const listen = (chunk: Uint8Array): void => {
    head += Buffer.from(chunk).toString('latin1');
    const found = head.match(new RegExp(`${mark} (\\d+)\n`));
    if (!found) return;
    channel.stderr.off('data', listen);
    group = Number(found[1]);
    stop();
  };
  channel.stderr.on('data', listen);
  signal.addEventListener('abort', stop, { once: true });
  return stop;
}

function withoutMark(stderr: string, mark: string): string {
  return stderr.replace(new RegExp(`${mark} \\d+\n`), '');
}
