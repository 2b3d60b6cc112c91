import type { Ack } from './local-api/ack.ts';
import type { SubmitResult } from './local-api/submit-view.ts';
import type { FormValues } from './local-api/view-values.ts';
import type { ApiMessage, SlackEmulatorClient } from './slack-emulator-client.ts';

type Choice = string | readonly string[];

/** Acts as one user. Channels are given by name or id. */
export class PersonClient {
  readonly #workspace: SlackEmulatorClient;
  readonly name: string;

  constructor(workspace: SlackEmulatorClient, name: string) {
    this.#workspace = workspace;
    this.name = name;
  }

  /** Sends a slash command. @returns the bot's acknowledgement */
  async sendCommand(channel: string, text: string, threadTs?: string): Promise<Ack> {
    return (await this.#performAction<{ ack: Ack }>('say', { channel, text, ...(threadTs && { threadTs }) })).ack;
  }

  /** Posts a message. @returns its `ts` */
  async sendMessage(channel: string, text: string, threadTs?: string): Promise<string> {
    return (await this.#performAction<{ ts: string }>('say', { channel, text, ...(threadTs && { threadTs }) })).ts;
  }

  /**
   * Clicks a button or chooses an option of a message.
   * @param value the chosen option; for buttons, distinguishes equal action ids
   */
  async clickInMessage(channel: string, ts: string, actionId: string, value?: Choice): Promise<Ack> {
    return (
      await this.#performAction<{ ack: Ack }>('click', { channel, ts, actionId, ...(value !== undefined && { value }) })
    ).ack;
  }

  /** Clicks a button or chooses an option of a modal or Home tab. */
  async clickInView(viewId: string, actionId: string, value?: Choice, values: FormValues = {}): Promise<Ack> {
    const click = { viewId, actionId, values, ...(value !== undefined && { value }) };
    return (await this.#performAction<{ ack: Ack }>('click', click)).ack;
  }

  /** Submits a modal. @param values input by action id, by block id, or by block id and action id */
  async submitView(viewId: string, values: FormValues = {}): Promise<SubmitResult> {
    return (await this.#performAction<{ ack: SubmitResult }>('submit', { viewId, values })).ack;
  }

  /** Closes a modal. @param all whether to close the whole stack */
  async closeView(viewId: string, all = false): Promise<void> {
    await this.#performAction('close', { viewId, all });
  }

  /** Opens the bot's Home tab. The bot publishes its content asynchronously. */
  async openHome(): Promise<void> {
    await this.#performAction('home', {});
  }

  /** Invites a user or the bot to a channel. */
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
