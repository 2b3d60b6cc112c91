import type { ApiMessage, SlackEmulatorClient } from '../slack/slack-emulator-client.ts';

interface ConversationOptions {
  readonly person: string;
  readonly channel: string;
  readonly signal: AbortSignal;
}

const replyTimeoutMs = 60_000;
const threadTimeoutMs = 180_000;
const finishedPattern = /^(✅|⚠️|❌|⏹️)(?!.*: cancelling )/u;

/** A user's side of the conversation with the bot, in one channel. */
export class Conversation {
  readonly #workspace: SlackEmulatorClient;
  readonly #options: ConversationOptions;

  constructor(workspace: SlackEmulatorClient, options: ConversationOptions) {
    this.#workspace = workspace;
    this.#options = options;
  }

  /** Sends a slash command. @throws Error when the bot rejects it */
  async sendCommand(text: string): Promise<void> {
    const ack = await this.#workspace.actAs(this.#options.person).sendCommand(this.#options.channel, text);
    if ('error' in ack && ack.error) throw new Error(`"${text}" was rejected: ${JSON.stringify(ack.error)}`);
  }

  /**
   * Sends a slash command and returns the ephemeral reply.
   * @throws Error when the bot rejects the command or does not reply in time
   */
  async sendCommandForReply(text: string): Promise<string> {
    const previousTimestamps = new Set((await this.#listMessages()).map(({ ts }) => ts));
    await this.sendCommand(text);
    const reply = await this.#workspace.waitFor(
      async () => (await this.#listMessages()).find((m) => m.is_ephemeral && !previousTimestamps.has(m.ts)),
      { deadlineMs: replyTimeoutMs, signal: this.#options.signal, description: `a reply to "${text}"` },
    );
    return getMessageText(reply);
  }

  /**
   * Waits until the cluster's newest run has ended and returns its summary.
   * @param successPattern matches the summary of a successful run
   * @throws Error with the summary and thread of a failed or cancelled run
   */
  async waitForOutcome(cluster: string, successPattern: RegExp, deadlineMs: number): Promise<ApiMessage> {
    const { signal } = this.#options;
    const failurePattern = /failed|cancelled/;
    const found = await this.#workspace.waitFor(
      async () => {
        const last = (await this.#listSummaries()).findLast((m) => m.text.includes(` ${cluster}: `));
        return last && (successPattern.test(last.text) || failurePattern.test(last.text)) ? last : undefined;
      },
      { deadlineMs, signal, description: `the end of the run of ${cluster}` },
    );
    if (!successPattern.test(found.text)) throw new Error(`${found.text}\n${await this.readThread(found)}`);
    return found;
  }

  /** Waits for a run's last reply and returns its thread as text. */
  async readThread(summary: ApiMessage): Promise<string> {
    return (await this.waitForReplies(summary)).map((m) => getMessageText(m)).join('\n');
  }

  /** Returns a finished run's thread, oldest message first, once its last reply is posted (one per second). */
  async waitForReplies({ ts, text }: ApiMessage): Promise<ApiMessage[]> {
    const { channel, person, signal } = this.#options;
    const [end = text] = text.split(',');
    return await this.#workspace.waitFor(
      async () => {
        // Skip charts: they are posted after the last reply.
        const thread = (await this.#workspace.listThreadMessages(channel, ts, person)).filter((m) => !m.files?.length);
        return thread.at(-1)?.text === end ? thread : undefined;
      },
      { deadlineMs: threadTimeoutMs, signal, description: `the last reply of "${end}"` },
    );
  }

  /**
   * Clicks a button of the newest message that has it. For delete, also enters the cluster's name in the dialog.
   * @throws Error when the bot rejects the name
   */
  async pressButton(actionId: string): Promise<void> {
    const { person, channel, signal } = this.#options;
    const message = await this.#workspace.waitFor(
      async () =>
        (await this.#listMessages()).findLast((m) => JSON.stringify(m.blocks ?? []).includes(`"${actionId}"`)),
      { signal, description: `a button "${actionId}"` },
    );
    await this.#workspace.actAs(person).clickInMessage(channel, message.ts, actionId);
    if (actionId === 'delete.confirm') await this.#confirmClusterName();
  }

  /** Performs an action that starts a run of this cluster. @returns the run's first summary */
  async startRun(cluster: string, action: () => Promise<void>): Promise<ApiMessage> {
    const previousSummaries = new Set((await this.#listSummaries()).map(({ ts }) => ts));
    await action();
    return await this.#workspace.waitFor(
      async () =>
        (await this.#listSummaries()).find((m) => m.text.includes(` ${cluster}: `) && !previousSummaries.has(m.ts)),
      { deadlineMs: replyTimeoutMs, signal: this.#options.signal, description: `the start of a run of ${cluster}` },
    );
  }

  /** Waits for a button in a run's thread and clicks it. @returns the text of its message */
  async pressThreadButton(
    { ts, text }: ApiMessage,
    actionId: string,
    { deadlineMs, signal = this.#options.signal }: { readonly deadlineMs: number; readonly signal?: AbortSignal },
  ): Promise<string> {
    const { person, channel } = this.#options;
    const message = await this.#workspace.waitFor(
      async () => {
        const thread = await this.#workspace.listThreadMessages(channel, ts, person);
        return thread.findLast((m) => JSON.stringify(m.blocks ?? []).includes(`"${actionId}"`));
      },
      { deadlineMs, signal, description: `a button "${actionId}" in the thread of "${text}"` },
    );
    await this.#workspace.actAs(person).clickInMessage(channel, message.ts, actionId);
    return getMessageText(message);
  }

  /** Waits for a run to end, successfully or not. @returns its summary */
  async waitForEnd({ ts }: ApiMessage, deadlineMs: number): Promise<ApiMessage> {
    return await this.#workspace.waitFor(
      async () => (await this.#listSummaries()).find((m) => m.ts === ts && finishedPattern.test(m.text)),
      { deadlineMs, signal: this.#options.signal, description: 'the end of a run' },
    );
  }

  async #confirmClusterName(): Promise<void> {
    const { person, signal } = this.#options;
    const view = await this.#workspace.waitFor(async () => (await this.#workspace.listViews(person)).at(-1), {
      signal,
      description: 'the confirmation dialog',
    });
    const { cluster } = JSON.parse(view.private_metadata) as { cluster: string };
    const result = await this.#workspace.actAs(person).submitView(view.id, { input: cluster });
    if (!result.ok) throw new Error(`the dialog rejected the cluster name "${cluster}": ${JSON.stringify(result)}`);
  }

  /** Waits for a file from the bot and returns its content. */
  async downloadFile(name: RegExp, deadlineMs: number): Promise<Buffer> {
    const { person, signal } = this.#options;
    const sentFile = await this.#workspace.waitFor(
      async () => (await this.#workspace.listFiles(person)).find((f) => name.test(f.name)),
      { deadlineMs, signal, description: 'a file by direct message' },
    );
    return await this.#workspace.downloadFile(person, sentFile.id);
  }

  async #listSummaries(): Promise<ApiMessage[]> {
    return (await this.#listMessages()).filter((m) => m.metadata?.event_type === 'kthw_run');
  }

  #listMessages(): Promise<ApiMessage[]> {
    return this.#workspace.listMessages(this.#options.channel, this.#options.person);
  }
}

/** Text of a message's sections, which is more complete than the fallback text. */
function getMessageText({ text, blocks = [] }: ApiMessage): string {
  const texts = blocks.flatMap((block) => {
    const inner = (block as { text?: { text?: string } }).text?.text;
    return inner ? [inner] : [];
  });
  return texts.length > 0 ? texts.join('\n') : text;
}
