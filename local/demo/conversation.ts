import type { ApiMessage, SlackEmulatorClient } from '../slack/slack-emulator-client.ts';

interface ConversationOptions {
  readonly person: string;
  readonly channel: string;
  readonly signal: AbortSignal;
}

const replyTimeoutMs = 60_000;
const threadTimeoutMs = 180_000;
const finishedPattern = /^(✅|❌|⏹️)(?!.*: stopping,)/u;

/** A person's side of the conversation with the bot, in one channel. */
export class Conversation {
  readonly #workspace: SlackEmulatorClient;
  readonly #options: ConversationOptions;

  constructor(workspace: SlackEmulatorClient, options: ConversationOptions) {
    this.#workspace = workspace;
    this.#options = options;
  }

  /** Types a slash command. @throws Error when the bot did not take it */
  async sendCommand(text: string): Promise<void> {
    const ack = await this.#workspace.actAs(this.#options.person).sendCommand(this.#options.channel, text);
    if ('error' in ack && ack.error) throw new Error(`"${text}" was not taken: ${JSON.stringify(ack.error)}`);
  }

  /**
   * Types a slash command and reads what the bot shows to this person alone.
   * @throws Error when the bot did not take it, or showed nothing in time
   */
  async sendCommandForReply(text: string): Promise<string> {
    const previousTimestamps = new Set((await this.#listMessages()).map(({ ts }) => ts));
    await this.sendCommand(text);
    const reply = await this.#workspace.waitFor(
      async () => (await this.#listMessages()).find((m) => m.is_ephemeral && !previousTimestamps.has(m.ts)),
      { deadlineMs: replyTimeoutMs, signal: this.#options.signal, description: `an answer to "${text}"` },
    );
    return getMessageText(reply);
  }

  /**
   * The newest summary of a run of this cluster, once it says how the run ended.
   * @param successPattern what it says when all is well
   * @throws Error with what it says when the run ended otherwise
   */
  async waitForOutcome(cluster: string, successPattern: RegExp, deadlineMs: number): Promise<ApiMessage> {
    const { signal } = this.#options;
    const failurePattern = /stopped|cancelled/;
    const found = await this.#workspace.waitFor(
      async () => {
        const last = (await this.#listSummaries()).findLast((m) => m.text.includes(` ${cluster}: `));
        return last && (successPattern.test(last.text) || failurePattern.test(last.text)) ? last : undefined;
      },
      { deadlineMs, signal, description: `the run of ${cluster} to end` },
    );
    if (!successPattern.test(found.text)) throw new Error(`${found.text}\n${await this.readThread(found)}`);
    return found;
  }

  /** What a run's thread says, as text, once it is told to its end. */
  async readThread(summary: ApiMessage): Promise<string> {
    return (await this.waitForReplies(summary)).map((m) => getMessageText(m)).join('\n');
  }

  /** A run that is over and its replies, oldest first, once the last of them is there: they come one a second. */
  async waitForReplies({ ts, text }: ApiMessage): Promise<ApiMessage[]> {
    const { channel, person, signal } = this.#options;
    const [end = text] = text.split(',');
    return await this.#workspace.waitFor(
      async () => {
        // Pictures come after the end, each when it is drawn.
        const thread = (await this.#workspace.listThreadMessages(channel, ts, person)).filter((m) => !m.files?.length);
        return thread.at(-1)?.text === end ? thread : undefined;
      },
      { deadlineMs: threadTimeoutMs, signal, description: `the last reply of "${end}"` },
    );
  }

  /**
   * Presses a button of the newest message that has it. Delete's opens a dialog, into which the cluster's name is typed.
   * @throws Error when the bot does not take what was typed
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

  /** Does what begins a run of this cluster. @returns the run's summary as it begins */
  async startRun(cluster: string, action: () => Promise<void>): Promise<ApiMessage> {
    const previousSummaries = new Set((await this.#listSummaries()).map(({ ts }) => ts));
    await action();
    return await this.#workspace.waitFor(
      async () =>
        (await this.#listSummaries()).find((m) => m.text.includes(` ${cluster}: `) && !previousSummaries.has(m.ts)),
      { deadlineMs: replyTimeoutMs, signal: this.#options.signal, description: `a run of ${cluster} to begin` },
    );
  }

  /** Presses a button in the thread of a run, once it is there. @returns what its message said */
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

  /** A run's summary once it is over, well or badly. */
  async waitForEnd({ ts }: ApiMessage, deadlineMs: number): Promise<ApiMessage> {
    return await this.#workspace.waitFor(
      async () => (await this.#listSummaries()).find((m) => m.ts === ts && finishedPattern.test(m.text)),
      { deadlineMs, signal: this.#options.signal, description: 'a run to be over' },
    );
  }

  async #confirmClusterName(): Promise<void> {
    const { person, signal } = this.#options;
    const view = await this.#workspace.waitFor(async () => (await this.#workspace.listViews(person)).at(-1), {
      signal,
      description: 'a dialog that asks for the name',
    });
    const { cluster } = JSON.parse(view.private_metadata) as { cluster: string };
    const result = await this.#workspace.actAs(person).submitView(view.id, { input: cluster });
    if (!result.ok) throw new Error(`"${cluster}" was not taken for the name: ${JSON.stringify(result)}`);
  }

  /** The content of a file that the bot sent. */
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

/** The text of a message's sections, which say more than its fallback does. */
function getMessageText({ text, blocks = [] }: ApiMessage): string {
  const texts = blocks.flatMap((block) => {
    const inner = (block as { text?: { text?: string } }).text?.text;
    return inner ? [inner] : [];
  });
  return texts.length > 0 ? texts.join('\n') : text;
}
