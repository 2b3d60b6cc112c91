import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiMessage } from '../slack/slack-emulator-client.ts';
import { SlackEmulatorClient } from '../slack/slack-emulator-client.ts';
import type { Stack } from '../stack.ts';
import { Conversation } from './conversation.ts';
import type { ScenarioContext } from './create-and-delete.ts';
import { createKubectl } from './kubectl.ts';

export type Kubectl = (...args: string[]) => Promise<string>;

export const minuteMs = 60_000;
const createMs = 20 * minuteMs;

/** Steps shared by the scenarios; all use the cluster `demo`. */
export class ScenarioRunner {
  readonly conversation: Conversation;
  readonly #stack: Stack;
  readonly #context: ScenarioContext;

  constructor(stack: Stack, context: ScenarioContext) {
    this.#stack = stack;
    this.#context = context;
    const options = { person: 'ada', channel: 'clusters', signal: context.signal };
    this.conversation = new Conversation(new SlackEmulatorClient(stack.workspaceUrl), options);
  }

  /** Sends a command that starts a run and approves its requests. @returns the summary of the successful run */
  async runApprovedCommand(command: string, successPattern: RegExp): Promise<ApiMessage> {
    return await this.runAndApprove(command, () => this.conversation.sendCommand(command), successPattern);
  }

  /** Performs an action that starts a run and approves its requests. @returns the summary of the successful run */
  async runAndApprove(label: string, action: () => Promise<void>, successPattern: RegExp): Promise<ApiMessage> {
    const run = await this.conversation.startRun('demo', action);
    const end = new AbortController();
    const approving = this.#approveAll(run, AbortSignal.any([end.signal, this.#context.signal]));
    try {
      return await this.#waitForSuccess(label, run, successPattern);
    } finally {
      end.abort();
      await approving;
    }
  }

  /** Sends a command that starts a run without approvals. @returns the summary of the successful run */
  async runCommand(command: string, successPattern: RegExp): Promise<ApiMessage> {
    return await this.#waitForSuccess(
      command,
      await this.conversation.startRun('demo', () => this.conversation.sendCommand(command)),
      successPattern,
    );
  }

  /** Creates kubectl with the kubeconfig received by direct message. */
  async kubectl(): Promise<Kubectl> {
    const { folder, signal } = this.#context;
    const path = join(folder, 'kubeconfig');
    await writeFile(path, await this.conversation.downloadFile(/kubeconfig|\.yaml|\.conf/, minuteMs), { mode: 0o600 });
    return await createKubectl(this.#stack.mirrorUrl, path, folder, signal);
  }

  /** @throws Error unless kubectl lists exactly this many nodes, all Ready */
  async assertReadyNodes(expectedCount: number, kubectl: Kubectl): Promise<void> {
    const nodes = await kubectl('get', 'nodes', '--no-headers');
    this.#context.log(`\n$ kubectl get nodes\n${nodes}`);
    const lines = nodes.split('\n').filter(Boolean);
    const ready = lines.filter((line) => /\sReady\s/.test(line)).length;
    if (ready !== expectedCount || lines.length !== expectedCount)
      throw new Error(`kubectl lists ${ready} of ${lines.length} nodes as Ready, expected ${expectedCount}`);
  }

  async deleteCluster(): Promise<void> {
    const deleting = Date.now();
    await this.conversation.sendCommand('/kthw delete demo');
    await this.conversation.pressButton('delete.confirm');
    await this.conversation.waitForOutcome('demo', /: deleted/, 5 * minuteMs);
    this.#context.log(`delete: ${formatSecondsSince(deleting)}`);
  }

  /** Approves every request, because a changed plan requires a new approval. */
  async #approveAll(run: ApiMessage, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const press = this.conversation.pressThreadButton(run, 'approval.approve', { deadlineMs: createMs, signal });
      // Ignore a timeout here: the run then does not end, and #waitForSuccess reports it.
      const messageText = await press.catch((error: unknown) => (signal.aborted ? '' : (error as Error).message));
      if (messageText) this.#context.log(`\n${messageText}`);
      // Wait until the bot has removed the button from the message.
      await sleep(3_000, undefined, { signal }).catch(() => {});
    }
  }

  async #waitForSuccess(label: string, run: ApiMessage, successPattern: RegExp): Promise<ApiMessage> {
    const started = Date.now();
    const summary = await this.conversation.waitForEnd(run, createMs);
    this.#context.log(`${label}: ${formatSecondsSince(started)}, ${summary.text}`);
    if (!successPattern.test(summary.text))
      throw new Error(`${summary.text}\n${await this.conversation.readThread(summary)}`);
    return summary;
  }
}

export function formatSecondsSince(startedMs: number): string {
  return `${((Date.now() - startedMs) / 1000).toFixed(1)} s`;
}
