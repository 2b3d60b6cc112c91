import type { FormValues } from '../slack/local-api/view-values.ts';
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
    return getMessageText(
      await this.#waitFor(`a reply to "${text}"`, async () =>
        (await this.#listMessages()).find((m) => m.is_ephemeral && !previousTimestamps.has(m.ts)),
      ),
    );
  }

  /** Clicks a button of the newest channel message that has it. */
  async pressButton(actionId: string): Promise<void> {
    const message = await this.#waitFor(`a button "${actionId}"`, async () =>
      (await this.#listMessages()).findLast((m) => hasButton(m, actionId)),
    );
    await this.#click(message, actionId);
  }

  /** Waits for a button in a run's thread and clicks it. @returns the text of its message */
  async pressThreadButton(
    { ts, text }: ApiMessage,
    actionId: string,
    deadlineMs = replyTimeoutMs,
    signal = this.#options.signal,
  ): Promise<string> {
    const message = await this.#waitFor(
      `a button "${actionId}" in the thread of "${text}"`,
      async () => (await this.#listThread(ts)).findLast((m) => hasButton(m, actionId)),
      deadlineMs,
      signal,
    );
    await this.#click(message, actionId);
    return getMessageText(message);
  }

  /** Waits for a modal and submits it. @throws Error when the bot rejects the values */
  async submitModal(values: FormValues): Promise<void> {
    const { person } = this.#options;
    const view = await this.#waitFor('a modal', async () => (await this.#workspace.listViews(person)).at(-1));
    const result = await this.#workspace.actAs(person).submitView(view.id, values);
    if (!result.ok) throw new Error(`the modal rejected ${JSON.stringify(values)}: ${JSON.stringify(result)}`);
  }

  /** Performs an action that starts a run of this cluster. @returns the run's first summary */
  async startRun(cluster: string, action: () => Promise<void>): Promise<ApiMessage> {
    const previousTimestamps = new Set((await this.listSummaries(cluster)).map(({ ts }) => ts));
    await action();
    return await this.#waitFor(`the start of a run of ${cluster}`, async () =>
      (await this.listSummaries(cluster)).find(({ ts }) => !previousTimestamps.has(ts)),
    );
  }

  /** Waits for a run to end, successfully or not. @returns its summary */
  async waitForEnd({ ts, text }: ApiMessage, deadlineMs: number): Promise<ApiMessage> {
    return await this.#waitFor(
      `the end of the run "${text}"`,
      async () => (await this.listSummaries()).find((m) => m.ts === ts && finishedPattern.test(m.text)),
      deadlineMs,
    );
  }

  /** Returns a finished run's thread, oldest message first, once its last reply is posted (one per second). */
  async waitForReplies({ ts, text }: ApiMessage): Promise<ApiMessage[]> {
    const [end = text] = text.split(',');
    return await this.#waitFor(
      `the last reply of "${end}"`,
      async () => {
        // Skip charts: they are posted after the last reply.
        const thread = (await this.#listThread(ts)).filter((m) => !m.files?.length);
        return thread.at(-1)?.text === end ? thread : undefined;
      },
      threadTimeoutMs,
    );
  }

  /** Waits for a run's last reply and returns its thread as text. */
  async readThread(summary: ApiMessage): Promise<string> {
    return (await this.waitForReplies(summary)).map((m) => getMessageText(m)).join('\n');
  }

  /** Waits for a file from the bot and returns its content. */
  async downloadFile(name: RegExp): Promise<Buffer> {
    const { person } = this.#options;
    const sentFile = await this.#waitFor(`a file ${name} by direct message`, async () =>
      (await this.#workspace.listFiles(person)).find((f) => name.test(f.name)),
    );
    return await this.#workspace.downloadFile(person, sentFile.id);
  }

  /** Lists the channel messages that summarise a run, of one cluster or of all, oldest first. */
  async listSummaries(cluster?: string): Promise<ApiMessage[]> {
    const summaries = (await this.#listMessages()).filter((m) => m.metadata?.event_type === 'kthw_run');
    return cluster === undefined ? summaries : summaries.filter(({ text }) => text.includes(` ${cluster}: `));
  }

  async #click({ ts }: ApiMessage, actionId: string): Promise<void> {
    await this.#workspace.actAs(this.#options.person).clickInMessage(this.#options.channel, ts, actionId);
  }

  #waitFor<T>(
    description: string,
    poll: () => Promise<T>,
    deadlineMs = replyTimeoutMs,
    signal = this.#options.signal,
  ): Promise<Exclude<T, false | null | undefined>> {
    return this.#workspace.waitFor(poll, { deadlineMs, signal, description });
  }

  #listMessages(): Promise<ApiMessage[]> {
    return this.#workspace.listMessages(this.#options.channel, this.#options.person);
  }

  #listThread(ts: string): Promise<ApiMessage[]> {
    return this.#workspace.listThreadMessages(this.#options.channel, ts, this.#options.person);
  }
}

function hasButton({ blocks = [] }: ApiMessage, actionId: string): boolean {
  return JSON.stringify(blocks).includes(`"${actionId}"`);
}

/** Text of a message's sections, which is more complete than the fallback text. */
function getMessageText({ text, blocks = [] }: ApiMessage): string {
  const texts = blocks.flatMap((block) => {
    const inner = (block as { text?: { text?: string } }).text?.text;
    return inner ? [inner] : [];
  });
  return texts.length > 0 ? texts.join('\n') : text;
}
