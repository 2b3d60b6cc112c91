import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { until } from '../local/compute/machines/wait-until.ts';
import { listMarkedProcesses } from './list-marked-processes.ts';

const mark = 'KTHW_TEST_SCRIPT';
const minuteMs = 60_000;
const launcher = 'local/setup.mjs';

/** The processes of a running npm script: npm, the launcher, and the script itself. */
export type Receiver = 'npm' | 'launcher' | 'server';

/** A running npm script whose processes can be signalled. */
export class NpmScript {
  output = '';
  readonly #id = randomUUID();
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;

  /** @param args `start`, or `run`, the script's name, `--` and its arguments */
  constructor(args: readonly string[]) {
    this.#child = spawn('npm', args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, [mark]: this.#id } });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    this.#exit = new Promise((resolve) => this.#child.once('exit', resolve));
  }

  async waitForOutput(text: string): Promise<void> {
    const isDone = () => {
      if (this.#child.exitCode !== null) throw new Error(`the script exited:\n${this.output}`);
      return this.output.includes(text);
    };
    await until(`the output contains "${text}"`, isDone, 5 * minuteMs);
  }

  /** Waits for the process of the script, which the launcher starts. @returns its process ID */
  async waitForProcess(receiver: Receiver, script: string): Promise<number> {
    if (receiver === 'npm') return this.#child.pid ?? 0;
    const findProcess = async () =>
      (await listMarkedProcesses(mark, this.#id)).find(
        (line) => line.includes(script) && line.includes(launcher) === (receiver === 'launcher'),
      );
    await until(`${script} is running`, async () => (await findProcess()) !== undefined, minuteMs);
    return Number.parseInt((await findProcess()) ?? '', 10);
  }

  async kill(receiver: Receiver, script: string, signal: NodeJS.Signals): Promise<void> {
    process.kill(await this.waitForProcess(receiver, script), signal);
  }

  /** Waits until npm and all processes of the script have ended. @returns npm's exit code */
  async waitForEnd(): Promise<number | null> {
    const isEnded = async () => (await listMarkedProcesses(mark, this.#id)).length === 0;
    await until('all processes of the script have ended', isEnded, minuteMs);
    return await this.#exit;
  }

  /** Ends the script after a failed test. */
  async close(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.waitForEnd();
  }
}
