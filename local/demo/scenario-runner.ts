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

/** What the scenarios about one cluster, `demo`, have in common. */
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

  /** Types a command that begins a run, and approves what the run asks. @returns its summary once it is over and well */
  async runApprovedCommand(command: string, successPattern: RegExp): Promise<ApiMessage> {
    return await this.runAndApprove(command, () => this.conversation.sendCommand(command), successPattern);
  }

  /** The same for a run that is begun otherwise. */
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

  /** Types a command that begins a run which asks nothing. @returns its summary once it is over and well */
  async runCommand(command: string, successPattern: RegExp): Promise<ApiMessage> {
    return await this.#waitForSuccess(
      command,
      await this.conversation.startRun('demo', () => this.conversation.sendCommand(command)),
      successPattern,
    );
  }

  /** kubectl with the kubeconfig that came by direct message. */
  async kubectl(): Promise<Kubectl> {
    const { folder, signal } = this.#context;
    const path = join(folder, 'kubeconfig');
    await writeFile(path, await this.conversation.downloadFile(/kubeconfig|\.yaml|\.conf/, minuteMs), { mode: 0o600 });
    return await createKubectl(this.#stack.mirrorUrl, path, folder, signal);
  }

  /** @throws Error when kubectl does not see so many Ready nodes, and no others */
  async assertReadyNodes(expectedCount: number, kubectl: Kubectl): Promise<void> {
    const nodes = await kubectl('get', 'nodes', '--no-headers');
    this.#context.log(`\n$ kubectl get nodes\n${nodes}`);
    const lines = nodes.split('\n').filter(Boolean);
    const ready = lines.filter((line) => /\sReady\s/.test(line)).length;
    if (ready !== expectedCount || lines.length !== expectedCount)
      throw new Error(`kubectl sees ${ready} Ready nodes of ${lines.length}, not ${expectedCount}`);
  }

  async deleteCluster(): Promise<void> {
    const deleting = Date.now();
    await this.conversation.sendCommand('/kthw delete demo');
    await this.conversation.pressButton('delete.confirm');
    await this.conversation.waitForOutcome('demo', /: deleted/, 5 * minuteMs);
    this.#context.log(`delete: ${formatSecondsSince(deleting)}`);
  }

  /** What has changed since it was asked is asked anew: whoever wants it says yes again. */
  async #approveAll(run: ApiMessage, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const press = this.conversation.pressThreadButton(run, 'approval.approve', { deadlineMs: createMs, signal });
      // Without an answer the run does not end, which whoever waits for that will say.
      const messageText = await press.catch((error: unknown) => (signal.aborted ? '' : (error as Error).message));
      if (messageText) this.#context.log(`\n${messageText}`);
      // Its message loses the button a moment later.
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
