import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiMessage } from '../slack/slack-emulator-client.ts';
import type { Conversation } from './conversation.ts';
import { createKubectl, type Kubectl } from './kubectl.ts';
import type { LocalEnvironment } from './local-environment.ts';

export const minuteMs = 60_000;
const runTimeoutMs = 20 * minuteMs;

/** One user's actions on one cluster. */
export class ClusterDriver {
  readonly conversation: Conversation;
  readonly #environment: LocalEnvironment;
  readonly #name: string;

  constructor(environment: LocalEnvironment, name: string, conversation: Conversation) {
    this.#environment = environment;
    this.#name = name;
    this.conversation = conversation;
  }

  /** Creates the cluster and configures kubectl with its kubeconfig. */
  async create(options = ''): Promise<{ readonly summary: ApiMessage; readonly kubectl: Kubectl }> {
    const summary = await this.run(`/kthw create ${this.#name} ${options}`, /: ready/);
    return { summary, kubectl: await this.createKubectl() };
  }

  /** Sends a command that starts a run, and waits for its end. @returns the summary. @throws Error unless it succeeds */
  async run(command: string, successPattern: RegExp): Promise<ApiMessage> {
    const run = await this.start(command);
    return await this.waitForSuccess(command, run, successPattern);
  }

  /** Sends a command that starts a run, or performs such an action. @returns the run's first summary */
  async start(command: string | (() => Promise<void>)): Promise<ApiMessage> {
    const action = typeof command === 'string' ? () => this.conversation.sendCommand(command) : command;
    return await this.conversation.startRun(this.#name, action);
  }

  /** Like {@link run}, and approves all requests, because a changed plan requires a new approval. */
  async runApproved(
    label: string,
    successPattern: RegExp,
    action: string | (() => Promise<void>) = label,
  ): Promise<ApiMessage> {
    const run = await this.start(action);
    const end = new AbortController();
    const approving = this.#approveAll(run, AbortSignal.any([end.signal, this.#environment.signal]));
    try {
      return await this.waitForSuccess(label, run, successPattern);
    } finally {
      end.abort();
      await approving;
    }
  }

  /** Deletes the cluster after entering its name. @returns the summary */
  async delete(): Promise<ApiMessage> {
    const run = await this.start(async () => {
      await this.conversation.sendCommand(`/kthw delete ${this.#name}`);
      await this.conversation.pressButton('delete.confirm');
      await this.conversation.submitModal({ input: this.#name });
    });
    return await this.waitForSuccess('delete', run, /: deleted/);
  }

  /** Waits for a run's end and logs its duration. @throws Error with the thread unless the summary matches */
  async waitForSuccess(label: string, run: ApiMessage, successPattern: RegExp): Promise<ApiMessage> {
    const started = Date.now();
    const summary = await this.conversation.waitForEnd(run, runTimeoutMs);
    this.#environment.log(`${label}: ${formatSecondsSince(started)}, ${summary.text}`);
    if (successPattern.test(summary.text)) return summary;
    throw new Error(`${summary.text}\n${await this.conversation.readThread(summary)}`);
  }

  /** Creates kubectl with the kubeconfig received by direct message. */
  async createKubectl(): Promise<Kubectl> {
    const { stack, signal } = this.#environment;
    const path = join(stack.stateDir, 'kubeconfig');
    await writeFile(path, await this.conversation.downloadFile(/\.kubeconfig$/), { mode: 0o600 });
    return await createKubectl(stack.mirrorUrl, path, stack.stateDir, signal);
  }

  /** @throws Error unless kubectl lists exactly this many nodes, all Ready */
  async assertReadyNodes(expectedCount: number, kubectl: Kubectl): Promise<void> {
    const nodes = await kubectl('get', 'nodes', '--no-headers');
    this.#environment.log(`\n$ kubectl get nodes\n${nodes}`);
    const lines = nodes.split('\n').filter(Boolean);
    const ready = lines.filter((line) => /\sReady\s/.test(line)).length;
    if (ready !== expectedCount || lines.length !== expectedCount)
      throw new Error(`kubectl lists ${ready} of ${lines.length} nodes as Ready, expected ${expectedCount}`);
  }

  async #approveAll(run: ApiMessage, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const press = this.conversation.pressThreadButton(run, 'approval.approve', runTimeoutMs, signal);
      // Ignore a timeout here: the run then does not end, and waitForSuccess reports it.
      const messageText = await press.catch((error: unknown) => (signal.aborted ? '' : (error as Error).message));
      if (messageText) this.#environment.log(`\n${messageText}`);
      // Wait until the bot has removed the button from the message.
      await sleep(3_000, undefined, { signal }).catch(() => {});
    }
  }
}

export function formatSecondsSince(startedMs: number): string {
  return `${((Date.now() - startedMs) / 1000).toFixed(1)} s`;
}
