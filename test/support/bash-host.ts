import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { receiveFilesScript, toFileFrames } from '../../src/engine/ssh/receive-files.ts';
import type { CommandResult, SshHost } from '../../src/engine/ssh/ssh-client.ts';

/**
 * A host whose scripts run in bash on this machine, with the options that SSH uses. Absolute paths below `/etc`, `/run` and
 * `/var` are in a temporary directory. `systemctl` only records its arguments.
 */
export class BashHost implements SshHost {
  readonly #root = mkdtempSync(join(tmpdir(), 'kthw-host-'));

  constructor() {
    for (const folder of ['bin', 'run', 'var/lib']) mkdirSync(join(this.#root, folder), { recursive: true });
    writeFileSync(join(this.#root, 'bin/systemctl'), `#!/bin/sh\necho "$*" >> ${this.#root}/systemctl\n`);
    chmodSync(join(this.#root, 'bin/systemctl'), 0o755);
  }

  /** Commands given to systemctl. */
  get systemctlCalls(): string[] {
    const file = join(this.#root, 'systemctl');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }

  /** Path on this machine. */
  locate(path: string): string {
    return join(this.#root, path);
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(this.locate(path)), { recursive: true });
    writeFileSync(this.locate(path), this.#relocate(content));
  }

  read(path: string): string | undefined {
    return existsSync(this.locate(path)) ? readFileSync(this.locate(path), 'utf8') : undefined;
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  async run(script: string, { stdin = '' }: { readonly stdin?: string | Uint8Array }): Promise<CommandResult> {
    return await this.#execute(this.#relocate(script), this.#relocate(Buffer.from(stdin).toString()));
  }

  writeFiles: SshHost['writeFiles'] = async (files) => {
    const moved = files.map((file) => ({ ...file, path: this.locate(file.path) }));
    const { exitCode, stderr } = await this.#execute(
      receiveFilesScript,
      Buffer.concat(toFileFrames(moved).map((frame) => Buffer.from(frame))),
    );
    if (exitCode !== 0) throw new Error(`writing files failed: ${stderr}`);
  };

  runBatch: SshHost['runBatch'] = async (operations, options) => {
    let stdout = '';
    for (const operation of operations) {
      if ('write' in operation) await this.writeFiles(operation.write, options);
      else {
        const result = await this.run(operation.run, operation);
        if (result.exitCode !== 0) return result;
        stdout += result.stdout;
      }
    }
    return { stdout, stderr: '', exitCode: 0, durationMs: 1 };
  };

  async #execute(script: string, input: string | Uint8Array): Promise<CommandResult> {
    const env = { PATH: `${this.#root}/bin:${process.env.PATH}` };
    const args = ['--norc', '-euo', 'pipefail', '-c', script];
    const result = await execa('bash', args, { input, env, reject: false, stripFinalNewline: false });
    const stdout = result.stdout.replaceAll(this.#root, '');
    return { stdout, stderr: result.stderr, exitCode: result.exitCode ?? -1, durationMs: 1 };
  }

  #relocate(text: string): string {
    return text.replace(/(?<![\w.$}-])\/(?=(?:etc|run|var)\/)/g, `${this.#root}/`);
  }
}
