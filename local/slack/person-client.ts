import type { Ack } from './local-api/ack.ts';
import type { Submitted } from './local-api/submit-view.ts';
import type { Entered } from './local-api/view-values.ts';
import type { ShownMessage, WorkspaceClient } from './slack-emulator-client.ts';

type Chosen = string | readonly string[];

/** Acts for one person. Channels go by name or id. */
export class PersonClient {
  readonly #workspace: WorkspaceClient;
  readonly name: string;

  constructor(workspace: WorkspaceClient, name: string) {
    this.#workspace = workspace;
    this.name = name;
  }

  /** Types a slash command. @returns how the bot acknowledged it */
  async command(channel: string, text: string, threadTs?: string): Promise<Ack> {
    return (await this.#act<{ ack: Ack }>('say', { channel, text, ...(threadTs && { threadTs }) })).ack;
  }

  /** Says something. @returns the `ts` of the message */
  async say(channel: string, text: string, threadTs?: string): Promise<string> {
    return (await this.#act<{ ts: string }>('say', { channel, text, ...(threadTs && { threadTs }) })).ts;
  }

  /**
   * Clicks a button, or chooses in a select, of a message.
   * @param value what is chosen; for a button, which of several with the same action id
   */
  async click(channel: string, ts: string, actionId: string, value?: Chosen): Promise<Ack> {
    return (await this.#act<{ ack: Ack }>('click', { channel, ts, actionId, ...(value !== undefined && { value }) }))
      .ack;
  }

  /** Clicks or chooses in a modal or on the Home tab. */
  async clickInView(viewId: string, actionId: string, value?: Chosen, values: Entered = {}): Promise<Ack> {
    const click = { viewId, actionId, values, ...(value !== undefined && { value }) };
    return (await this.#act<{ ack: Ack }>('click', click)).ack;
  }

  /** Submits a modal. @param values what is entered, by action id, by block id, or by block id and action id */
  async submit(viewId: string, values: Entered = {}): Promise<Submitted> {
    return (await this.#act<{ ack: Submitted }>('submit', { viewId, values })).ack;
  }

  /** Closes a modal. @param all the whole stack */
  async close(viewId: string, all = false): Promise<void> {
    await this.#act('close', { viewId, all });
  }

  /** Opens the bot's Home tab. What the bot publishes then comes a moment later. */
  async home(): Promise<void> {
    await this.#act('home', {});
  }

  /** Invites somebody, the bot too, into a channel. */
  async invite(channel: string, user: string): Promise<void> {
    await this.#act('invite', { channel, user });
  }

  messages(channel: string): Promise<ShownMessage[]> {
    return this.#workspace.messages(channel, this.name);
  }

  thread(channel: string, ts: string): Promise<ShownMessage[]> {
    return this.#workspace.thread(channel, ts, this.name);
  }

  dm(): Promise<ShownMessage[]> {
    return this.#workspace.dm(this.name);
  }

  #act<T>(name: string, body: object): Promise<T> {
    return this.#workspace.act(name, { as: this.name, ...body });
  }
}
