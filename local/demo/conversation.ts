import type { ShownMessage, WorkspaceClient } from '../slack/slack-emulator-client.ts';

interface Place {
  readonly person: string;
  readonly channel: string;
  readonly signal: AbortSignal;
}

const answerMs = 60_000;
const toldMs = 180_000;
const isOver = /^(✅|❌|⏹️)(?!.*: stopping,)/u;

/** A person's side of the conversation with the bot, in one channel. */
export class Conversation {
  readonly #workspace: WorkspaceClient;
  readonly #place: Place;

  constructor(workspace: WorkspaceClient, place: Place) {
    this.#workspace = workspace;
    this.#place = place;
  }

  /** Types a slash command. @throws Error when the bot did not take it */
  async say(text: string): Promise<void> {
    const ack = await this.#workspace.as(this.#place.person).command(this.#place.channel, text);
    if ('error' in ack && ack.error) throw new Error(`"${text}" was not taken: ${JSON.stringify(ack.error)}`);
  }

  /**
   * Types a slash command and reads what the bot shows to this person alone.
   * @throws Error when the bot did not take it, or showed nothing in time
   */
  async ask(text: string): Promise<string> {
    const shown = new Set((await this.#messages()).map(({ ts }) => ts));
    await this.say(text);
    const answer = await this.#workspace.waitFor(
      async () => (await this.#messages()).find((m) => m.is_ephemeral && !shown.has(m.ts)),
      { deadlineMs: answerMs, signal: this.#place.signal, what: `an answer to "${text}"` },
    );
    return textOf(answer);
  }

  /**
   * The newest summary of a run of this cluster, once it says how the run ended.
   * @param well what it says when all is well
   * @throws Error with what it says when the run ended otherwise
   */
  async outcome(cluster: string, well: RegExp, deadlineMs: number): Promise<ShownMessage> {
    const { signal } = this.#place;
    const badly = /stopped|cancelled/;
    const found = await this.#workspace.waitFor(
      async () => {
        const last = (await this.#summaries()).findLast((m) => m.text.includes(` ${cluster}: `));
        return last && (well.test(last.text) || badly.test(last.text)) ? last : undefined;
      },
      { deadlineMs, signal, what: `the run of ${cluster} to end` },
    );
    if (!well.test(found.text)) throw new Error(`${found.text}\n${await this.story(found)}`);
    return found;
  }

  /** What a run's thread says, as text, once it is told to its end. */
  async story(summary: ShownMessage): Promise<string> {
    return (await this.replies(summary)).map((m) => textOf(m)).join('\n');
  }

  /** A run that is over and its replies, oldest first, once the last of them is there: they come one a second. */
  async replies({ ts, text }: ShownMessage): Promise<ShownMessage[]> {
    const { channel, person, signal } = this.#place;
    const [end = text] = text.split(',');
    return await this.#workspace.waitFor(
      async () => {
        // Pictures come after the end, each when it is drawn.
        const thread = (await this.#workspace.thread(channel, ts, person)).filter((m) => !m.files?.length);
        return thread.at(-1)?.text === end ? thread : undefined;
      },
      { deadlineMs: toldMs, signal, what: `the last reply of "${end}"` },
    );
  }

  /**
   * Presses a button of the newest message that has it. Delete's opens a dialog, into which the cluster's name is typed.
   * @throws Error when the bot does not take what was typed
   */
  async press(actionId: string): Promise<void> {
    const { person, channel, signal } = this.#place;
    const message = await this.#workspace.waitFor(
      async () => (await this.#messages()).findLast((m) => JSON.stringify(m.blocks ?? []).includes(`"${actionId}"`)),
      { signal, what: `a button "${actionId}"` },
    );
    await this.#workspace.as(person).click(channel, message.ts, actionId);
    if (actionId === 'delete.yes') await this.#typeName();
  }

  /** Does what begins a run of this cluster. @returns the run's summary as it begins */
  async begin(cluster: string, act: () => Promise<void>): Promise<ShownMessage> {
    const known = new Set((await this.#summaries()).map(({ ts }) => ts));
    await act();
    return await this.#workspace.waitFor(
      async () => (await this.#summaries()).find((m) => m.text.includes(` ${cluster}: `) && !known.has(m.ts)),
      { deadlineMs: answerMs, signal: this.#place.signal, what: `a run of ${cluster} to begin` },
    );
  }

  /** Presses a button in the thread of a run, once it is there. @returns what its message said */
  async pressIn(
    { ts, text }: ShownMessage,
    actionId: string,
    { deadlineMs, signal = this.#place.signal }: { readonly deadlineMs: number; readonly signal?: AbortSignal },
  ): Promise<string> {
    const { person, channel } = this.#place;
    const message = await this.#workspace.waitFor(
      async () => {
        const thread = await this.#workspace.thread(channel, ts, person);
        return thread.findLast((m) => JSON.stringify(m.blocks ?? []).includes(`"${actionId}"`));
      },
      { deadlineMs, signal, what: `a button "${actionId}" in the thread of "${text}"` },
    );
    await this.#workspace.as(person).click(channel, message.ts, actionId);
    return textOf(message);
  }

  /** A run's summary once it is over, well or badly. */
  async over({ ts }: ShownMessage, deadlineMs: number): Promise<ShownMessage> {
    return await this.#workspace.waitFor(
      async () => (await this.#summaries()).find((m) => m.ts === ts && isOver.test(m.text)),
      { deadlineMs, signal: this.#place.signal, what: 'a run to be over' },
    );
  }

  async #typeName(): Promise<void> {
    const { person, signal } = this.#place;
    const view = await this.#workspace.waitFor(async () => (await this.#workspace.views(person)).at(-1), {
      signal,
      what: 'a dialog that asks for the name',
    });
    const { cluster } = JSON.parse(view.private_metadata) as { cluster: string };
    const taken = await this.#workspace.as(person).submit(view.id, { typed: cluster });
    if (!taken.ok) throw new Error(`"${cluster}" was not taken for the name: ${JSON.stringify(taken)}`);
  }

  /** The content of a file that the bot sent. */
  async file(name: RegExp, deadlineMs: number): Promise<Buffer> {
    const { person, signal } = this.#place;
    const file = await this.#workspace.waitFor(
      async () => (await this.#workspace.files(person)).find((f) => name.test(f.name)),
      { deadlineMs, signal, what: 'a file by direct message' },
    );
    return await this.#workspace.download(person, file.id);
  }

  async #summaries(): Promise<ShownMessage[]> {
    return (await this.#messages()).filter((m) => m.metadata?.event_type === 'kthw_run');
  }

  #messages(): Promise<ShownMessage[]> {
    return this.#workspace.messages(this.#place.channel, this.#place.person);
  }
}

/** The text of a message's sections, which say more than its fallback does. */
function textOf({ text, blocks = [] }: ShownMessage): string {
  const texts = blocks.flatMap((block) => {
    const inner = (block as { text?: { text?: string } }).text?.text;
    return inner ? [inner] : [];
  });
  return texts.length > 0 ? texts.join('\n') : text;
}
