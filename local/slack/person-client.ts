import type { Ack } from './local-api/ack.ts';
import type { SubmitResult } from './local-api/submit-view.ts';
import type { FormValues } from './local-api/view-values.ts';
import type { ApiMessage, SlackEmulatorClient } from './slack-emulator-client.ts';

type Choice = string | readonly string[];

/** Acts for one person. Channels go by name or id. */
export class PersonClient {
  readonly #workspace: SlackEmulatorClient;
  readonly name: string;

  constructor(workspace: SlackEmulatorClient, name: string) {
    this.#workspace = workspace;
    this.name = name;
  }

  /** Types a slash command. @returns how the bot acknowledged it */
  async sendCommand(channel: string, text: string, threadTs?: string): Promise<Ack> {
    return (await this.#performAction<{ ack: Ack }>('say', { channel, text, ...(threadTs && { threadTs }) })).ack;
  }

  /** Says something. @returns the `ts` of the message */
  async sendMessage(channel: string, text: string, threadTs?: string): Promise<string> {
    return (await this.#performAction<{ ts: string }>('say', { channel, text, ...(threadTs && { threadTs }) })).ts;
  }

  /**
   * Clicks a button, or chooses in a select, of a message.
   * @param value what is chosen; for a button, which of several with the same action id
   */
  async clickInMessage(channel: string, ts: string, actionId: string, value?: Choice): Promise<Ack> {
    return (
      await this.#performAction<{ ack: Ack }>('click', { channel, ts, actionId, ...(value !== undefined && { value }) })
    ).ack;
  }

  /** Clicks or chooses in a modal or on the Home tab. */
  async clickInView(viewId: string, actionId: string, value?: Choice, values: FormValues = {}): Promise<Ack> {
    const click = { viewId, actionId, values, ...(value !== undefined && { value }) };
    return (await this.#performAction<{ ack: Ack }>('click', click)).ack;
  }

  /** Submits a modal. @param values what is entered, by action id, by block id, or by block id and action id */
  async submitView(viewId: string, values: FormValues = {}): Promise<SubmitResult> {
    return (await this.#performAction<{ ack: SubmitResult }>('submit', { viewId, values })).ack;
  }

  /** Closes a modal. @param all the whole stack */
  async closeView(viewId: string, all = false): Promise<void> {
    await this.#performAction('close', { viewId, all });
  }

  /** Opens the bot's Home tab. What the bot publishes then comes a moment later. */
  async openHome(): Promise<void> {
    await this.#performAction('home', {});
  }

  /** Invites somebody, the bot too, into a channel. */
  async invite(channel: string, user: string): Promise<void> {
    await this.#performAction('invite', { channel, user });
  }

  listMessages(channel: string): Promise<ApiMessage[]> {
    return this.#workspace.listMessages(channel, this.name);
  }

  listThreadMessages(channel: string, ts: string): Promise<ApiMessage[]> {
    return this.#workspace.listThreadMessages(channel, ts, this.name);
  }

  listDmMessages(): Promise<ApiMessage[]> {
    return this.#workspace.listDmMessages(this.name);
  }

  #performAction<T>(name: string, body: object): Promise<T> {
    return this.#workspace.performAction(name, { as: this.name, ...body });
  }
}
