import type { CallCount } from './call-counter.ts';
import type { Fault } from './fault-injector.ts';
import type { Block, View } from './model/view.ts';
import { PersonClient } from './person-client.ts';
import { readChanges } from './read-changes.ts';
import type { SlackEmulator } from './start-slack-emulator.ts';

/** A message as Slack's API returns it, with the fields that tests and demos use. */
export interface ApiMessage {
  ts: string;
  user: string;
  text: string;
  blocks?: Block[];
  thread_ts?: string;
  reply_count?: number;
  is_ephemeral?: boolean;
  metadata?: { event_type: string; event_payload: Record<string, unknown> };
  files?: { id: string; name: string; title: string; mimetype: string; size: number }[];
  [field: string]: unknown;
}

/** Timeout and cancellation of a wait. */
export interface WaitOptions {
  /** Default: 10,000. */
  deadlineMs?: number;
  signal?: AbortSignal;
  /** The expected condition, for the error message. */
  description?: string;
}

/** Client of a running Slack emulator: acts as its users and reads with their permissions. */
export class SlackEmulatorClient {
  readonly #url: string;
  readonly #headers: { readonly authorization: string };

  /** @param emulator its URL, such as `http://127.0.0.1:3001`, and access token */
  constructor({ url, accessToken }: Pick<SlackEmulator, 'url' | 'accessToken'>) {
    this.#url = url.replace(/\/$/, '');
    this.#headers = { authorization: `Bearer ${accessToken}` };
  }

  /** @param person id or handle, such as `ada` */
  actAs(person: string): PersonClient {
    return new PersonClient(this, person);
  }

  /** Lists a channel's top-level messages visible to a user, oldest first. */
  async listMessages(channel: string, as: string): Promise<ApiMessage[]> {
    return (await this.fetchQuery<{ messages: ApiMessage[] }>('messages', { channel, as })).messages;
  }

  /** Lists a message and its replies, oldest first. */
  async listThreadMessages(channel: string, ts: string, as: string): Promise<ApiMessage[]> {
    return (await this.fetchQuery<{ messages: ApiMessage[] }>('messages', { channel, as, thread: ts })).messages;
  }

  /** Lists the messages between a user and the bot. */
  async listDmMessages(as: string): Promise<ApiMessage[]> {
    return this.listMessages(await this.openDm(as), as);
  }

  /** Returns the id of a user's direct message conversation with the bot. */
  async openDm(as: string): Promise<string> {
    const { bot } = await this.fetchQuery<{ bot: { user: string } }>('team', { as });
    return (await this.performAction<{ channel: string }>('dm', { as, with: bot.user })).channel;
  }

  /** Lists the files visible to a user. */
  async listFiles(as: string): Promise<NonNullable<ApiMessage['files']>> {
    return (await this.fetchQuery<{ files: NonNullable<ApiMessage['files']> }>('files', { as })).files;
  }

  /** Downloads a file's content as a user. */
  async downloadFile(as: string, id: string): Promise<Buffer> {
    const response = await fetch(`${this.#url}/_local/file?${new URLSearchParams({ as, id })}`, {
      headers: this.#headers,
    });
    if (!response.ok) throw new Error(`cannot download file "${id}" as ${as}: HTTP ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  }

  /** Lists a user's open modals, the top one last. */
  async listViews(as: string): Promise<View[]> {
    return (await this.fetchQuery<{ views: View[] }>('views', { as })).views;
  }

  /** Returns the Home tab that the bot last published for a user. */
  async getHomeView(as: string): Promise<View | null> {
    return (await this.fetchQuery<{ view: View | null }>('home', { as })).view;
  }

  /** Returns the number of Web API calls by method. */
  getCallCounts(): Promise<Record<string, CallCount>> {
    return this.fetchQuery('calls', {});
  }

  /** Injects faults into the next calls. */
  async injectFaults(...faults: (Partial<Fault> & { method: string })[]): Promise<void> {
    await this.performAction('faults', faults);
  }

  /** Resets call counts and pending faults. */
  async resetCallsAndFaults(): Promise<void> {
    await this.performAction('reset', {});
  }

  /** Whether the bot's URL returns the challenge. */
  verifyUrl(): Promise<{ ok: boolean; error?: string }> {
    return this.performAction('verify', {});
  }

  /**
   * Waits until a query returns a truthy value; repeats the query after each change.
   * @returns the query's value
   * @throws {Error} at the deadline
   */
  async waitFor<T>(
    poll: () => Promise<T> | T,
    options: WaitOptions = {},
  ): Promise<Exclude<T, false | null | undefined>> {
    const { deadlineMs = 10_000, description = 'a condition' } = options;
    const deadline = AbortSignal.timeout(deadlineMs);
    const done = new AbortController();
    const signal = AbortSignal.any([deadline, done.signal, ...(options.signal ? [options.signal] : [])]);
    try {
      for await (const _change of readChanges(`${this.#url}/_local/events`, this.#headers, signal)) {
        const result = await poll();
        if (result) return result as Exclude<T, false | null | undefined>;
      }
    } catch (error) {
      if (!deadline.aborted) throw error;
    } finally {
      done.abort();
    }
    throw new Error(`timed out after ${deadlineMs} ms waiting for ${description}`);
  }

  /** Queries the local API: `GET /_local/NAME`. */
  async fetchQuery<T>(name: string, query: Record<string, string>): Promise<T> {
    const url = `${this.#url}/_local/${name}?${new URLSearchParams(query)}`;
    return parseResponse(name, await fetch(url, { headers: this.#headers }));
  }

  /** Performs an action: `POST /_local/NAME`. */
  async performAction<T>(name: string, body: object): Promise<T> {
    const headers = { ...this.#headers, 'content-type': 'application/json' };
    return parseResponse(
      name,
      await fetch(`${this.#url}/_local/${name}`, { method: 'POST', headers, body: JSON.stringify(body) }),
    );
  }
}

async function parseResponse<T>(name: string, response: Response): Promise<T> {
  const value = (await response.json()) as T & { error?: string };
  if (response.ok) return value;
  throw new Error(`Slack emulator: "${name}" failed: ${value.error ?? `HTTP ${response.status}`}`);
}
