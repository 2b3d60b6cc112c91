import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ShownMessage } from '../slack/slack-emulator-client.ts';
import { WorkspaceClient } from '../slack/slack-emulator-client.ts';
import type { Stack } from '../stack.ts';
import { Conversation } from './conversation.ts';
import type { Scene } from './create-and-delete.ts';
import { openKubectl } from './kubectl.ts';

export type Kubectl = (...args: string[]) => Promise<string>;

export const minuteMs = 60_000;
const createMs = 20 * minuteMs;

/** What the scenarios about one cluster, `demo`, have in common. */
export class Stage {
  readonly talk: Conversation;
  readonly #stack: Stack;
  readonly #scene: Scene;

  constructor(stack: Stack, scene: Scene) {
    this.#stack = stack;
    this.#scene = scene;
    const place = { person: 'ada', channel: 'clusters', signal: scene.signal };
    this.talk = new Conversation(new WorkspaceClient(stack.workspaceUrl), place);
  }

  /** Types a command that begins a run, and approves what the run asks. @returns its summary once it is over and well */
  async approved(command: string, well: RegExp): Promise<ShownMessage> {
    return await this.seenThrough(command, () => this.talk.say(command), well);
  }

  /** The same for a run that is begun otherwise. */
  async seenThrough(what: string, act: () => Promise<void>, well: RegExp): Promise<ShownMessage> {
    const run = await this.talk.begin('demo', act);
    const over = new AbortController();
    const approving = this.#approveAll(run, AbortSignal.any([over.signal, this.#scene.signal]));
    try {
      return await this.#well(what, run, well);
    } finally {
      over.abort();
      await approving;
    }
  }

  /** Types a command that begins a run which asks nothing. @returns its summary once it is over and well */
  async done(command: string, well: RegExp): Promise<ShownMessage> {
    return await this.#well(command, await this.talk.begin('demo', () => this.talk.say(command)), well);
  }

  /** kubectl with the kubeconfig that came by direct message. */
  async kubectl(): Promise<Kubectl> {
    const { folder, signal } = this.#scene;
    const path = join(folder, 'kubeconfig');
    await writeFile(path, await this.talk.file(/kubeconfig|\.yaml|\.conf/, minuteMs), { mode: 0o600 });
    return await openKubectl(this.#stack.mirrorUrl, path, folder, signal);
  }

  /** @throws Error when kubectl does not see so many Ready nodes, and no others */
  async nodesAre(wanted: number, kubectl: Kubectl): Promise<void> {
    const nodes = await kubectl('get', 'nodes', '--no-headers');
    this.#scene.log(`\n$ kubectl get nodes\n${nodes}`);
    const lines = nodes.split('\n').filter(Boolean);
    const ready = lines.filter((line) => /\sReady\s/.test(line)).length;
    if (ready !== wanted || lines.length !== wanted)
      throw new Error(`kubectl sees ${ready} Ready nodes of ${lines.length}, not ${wanted}`);
  }

  async delete(): Promise<void> {
    const deleting = Date.now();
    await this.talk.say('/kthw delete demo');
    await this.talk.press('delete.yes');
    await this.talk.outcome('demo', /: deleted/, 5 * minuteMs);
    this.#scene.log(`delete: ${secondsSince(deleting)}`);
  }

  /** What has changed since it was asked is asked anew: whoever wants it says yes again. */
  async #approveAll(run: ShownMessage, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const asked = this.talk.pressIn(run, 'approval.yes', { deadlineMs: createMs, signal });
      // Without an answer the run does not end, which whoever waits for that will say.
      const said = await asked.catch((error: unknown) => (signal.aborted ? '' : (error as Error).message));
      if (said) this.#scene.log(`\n${said}`);
      // Its message loses the button a moment later.
      await sleep(3_000, undefined, { signal }).catch(() => {});
    }
  }

  async #well(what: string, run: ShownMessage, well: RegExp): Promise<ShownMessage> {
    const started = Date.now();
    const over = await this.talk.over(run, createMs);
    this.#scene.log(`${what}: ${secondsSince(started)}, ${over.text}`);
    if (!well.test(over.text)) throw new Error(`${over.text}\n${await this.talk.story(over)}`);
    return over;
  }
}

export function secondsSince(startedMs: number): string {
  return `${((Date.now() - startedMs) / 1000).toFixed(1)} s`;
}
