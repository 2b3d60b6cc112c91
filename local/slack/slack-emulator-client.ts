import type { CallCount } from './call-counter.ts';
import type { Fault } from './fault-injector.ts';
import type { Block, View } from './model/view.ts';
import { PersonClient } from './person-client.ts';
import { readChanges } from './read-changes.ts';

/** A message as Slack's API shows it; the fields that tests and demos look at. */
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

/** How long to wait, and what may end the waiting. */
export interface WaitOptions {
  /** 10,000 when not given. */
  deadlineMs?: number;
  signal?: AbortSignal;
  /** What is waited for, for the message when it does not come. */
  description?: string;
}

/** Drives a running workspace: acts for its people and looks with their eyes. */
export class SlackEmulatorClient {
  readonly #url: string;

  /** @param url where the workspace listens, as in `http://127.0.0.1:3001` */
  constructor(url: string) {
    this.#url = url.replace(/\/$/, '');
  }

  /** @param person id or handle, as in `ada` */
  actAs(person: string): PersonClient {
    return new PersonClient(this, person);
  }

  /** Top-level messages of a channel as one person sees them, oldest first. */
  async listMessages(channel: string, as: string): Promise<ApiMessage[]> {
    return (await this.fetchQuery<{ messages: ApiMessage[] }>('messages', { channel, as })).messages;
  }

  /** A message and its replies, oldest first. */
  async listThreadMessages(channel: string, ts: string, as: string): Promise<ApiMessage[]> {
    return (await this.fetchQuery<{ messages: ApiMessage[] }>('messages', { channel, as, thread: ts })).messages;
  }

  /** The messages of a person's direct conversation with the bot. */
  async listDmMessages(as: string): Promise<ApiMessage[]> {
    return this.listMessages(await this.openDm(as), as);
  }

  /** The id of a person's direct conversation with the bot. */
  async openDm(as: string): Promise<string> {
    const { bot } = await this.fetchQuery<{ bot: { user: string } }>('team', { as });
    return (await this.performAction<{ channel: string }>('dm', { as, with: bot.user })).channel;
  }

  /** The files a person can see. */
  async listFiles(as: string): Promise<NonNullable<ApiMessage['files']>> {
    return (await this.fetchQuery<{ files: NonNullable<ApiMessage['files']> }>('files', { as })).files;
  }

  /** The content of a file, as a person downloads it. */
  async downloadFile(as: string, id: string): Promise<Buffer> {
    const response = await fetch(`${this.#url}/_local/file?${new URLSearchParams({ as, id })}`);
    if (!response.ok) throw new Error(`downloading the file "${id}" for ${as}: HTTP ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  }

  /** The modals a person has open, the top one last. */
  async listViews(as: string): Promise<View[]> {
    return (await this.fetchQuery<{ views: View[] }>('views', { as })).views;
  }

  /** The Home tab the bot last published for a person. */
  async getHomeView(as: string): Promise<View | null> {
    return (await this.fetchQuery<{ view: View | null }>('home', { as })).view;
  }

  /** Calls of the Web API by method. */
  getCallCounts(): Promise<Record<string, CallCount>> {
    return this.fetchQuery('calls', {});
  }

  /** Injects faults into the next calls. */
  async injectFaults(...faults: (Partial<Fault> & { method: string })[]): Promise<void> {
    await this.performAction('faults', faults);
  }

  /** Forgets counted calls and waiting faults. */
  async resetCallsAndFaults(): Promise<void> {
    await this.performAction('reset', {});
  }

  /** Whether the bot's URL gives a challenge back. */
  verifyUrl(): Promise<{ ok: boolean; error?: string }> {
    return this.performAction('verify', {});
  }

  /**
   * Waits until a look at the workspace gives something, looking again after each change.
   * @returns what the look gave
   * @throws {Error} when the deadline passes
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
      for await (const _change of readChanges(`${this.#url}/_local/events`, signal)) {
        const result = await poll();
        if (result) return result as Exclude<T, false | null | undefined>;
      }
    } catch (error) {
      if (!deadline.aborted) throw error;
    } finally {
      done.abort();
    }
    throw new Error(`waiting for ${description}: it did not come within ${deadlineMs} ms`);
  }

  /** Looks at something: `GET /_local/NAME`. */
  async fetchQuery<T>(name: string, query: Record<string, string>): Promise<T> {
    return parseResponse(name, await fetch(`${this.#url}/_local/${name}?${new URLSearchParams(query)}`));
  }

  /** Does something: `POST /_local/NAME`. */
  async performAction<T>(name: string, body: object): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    return parseResponse(
      name,
      await fetch(`${this.#url}/_local/${name}`, { method: 'POST', headers, body: JSON.stringify(body) }),
    );
  }
}

async function parseResponse<T>(name: string, response: Response): Promise<T> {
  const value = (await response.json()) as T & { error?: string };
  if (response.ok) return value;
  throw new Error(`asking the workspace for "${name}": ${value.error ?? `HTTP ${response.status}`}`);
}
