import type { CallCount } from './call-counter.ts';
import type { Fault } from './fault-injector.ts';
import type { Block, View } from './model/view.ts';
import { PersonClient } from './person-client.ts';
import { readStream } from './read-changes.ts';

/** A message as Slack's API shows it; the fields that tests and demos look at. */
export interface ShownMessage {
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
export interface Waiting {
  /** 10,000 when not given. */
  deadlineMs?: number;
  signal?: AbortSignal;
  /** What is waited for, for the message when it does not come. */
  what?: string;
}

/** Drives a running workspace: acts for its people and looks with their eyes. */
export class WorkspaceClient {
  readonly #url: string;

  /** @param url where the workspace listens, as in `http://127.0.0.1:3001` */
  constructor(url: string) {
    this.#url = url.replace(/\/$/, '');
  }

  /** @param person id or handle, as in `ada` */
  as(person: string): PersonClient {
    return new PersonClient(this, person);
  }

  /** Top-level messages of a channel as one person sees them, oldest first. */
  async messages(channel: string, as: string): Promise<ShownMessage[]> {
    return (await this.look<{ messages: ShownMessage[] }>('messages', { channel, as })).messages;
  }

  /** A message and its replies, oldest first. */
  async thread(channel: string, ts: string, as: string): Promise<ShownMessage[]> {
    return (await this.look<{ messages: ShownMessage[] }>('messages', { channel, as, thread: ts })).messages;
  }

  /** The messages of a person's direct conversation with the bot. */
  async dm(as: string): Promise<ShownMessage[]> {
    return this.messages(await this.dmChannel(as), as);
  }

  /** The id of a person's direct conversation with the bot. */
  async dmChannel(as: string): Promise<string> {
    const { bot } = await this.look<{ bot: { user: string } }>('team', { as });
    return (await this.act<{ channel: string }>('dm', { as, with: bot.user })).channel;
  }

  /** The files a person can see. */
  async files(as: string): Promise<NonNullable<ShownMessage['files']>> {
    return (await this.look<{ files: NonNullable<ShownMessage['files']> }>('files', { as })).files;
  }

  /** The content of a file, as a person downloads it. */
  async download(as: string, id: string): Promise<Buffer> {
    const response = await fetch(`${this.#url}/_local/file?${new URLSearchParams({ as, id })}`);
    if (!response.ok) throw new Error(`downloading the file "${id}" for ${as}: HTTP ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  }

  /** The modals a person has open, the top one last. */
  async views(as: string): Promise<View[]> {
    return (await this.look<{ views: View[] }>('views', { as })).views;
  }

  /** The Home tab the bot last published for a person. */
  async homeView(as: string): Promise<View | null> {
    return (await this.look<{ view: View | null }>('home', { as })).view;
  }

  /** Calls of the Web API by method. */
  calls(): Promise<Record<string, CallCount>> {
    return this.look('calls', {});
  }

  /** Injects faults into the next calls. */
  async fault(...faults: (Partial<Fault> & { method: string })[]): Promise<void> {
    await this.act('faults', faults);
  }

  /** Forgets counted calls and waiting faults. */
  async reset(): Promise<void> {
    await this.act('reset', {});
  }

  /** Whether the bot's URL gives a challenge back. */
  verifyUrl(): Promise<{ ok: boolean; error?: string }> {
    return this.act('verify', {});
  }

  /**
   * Waits until a look at the workspace gives something, looking again after each change.
   * @returns what the look gave
   * @throws {Error} when the deadline passes
   */
  async waitFor<T>(look: () => Promise<T> | T, waiting: Waiting = {}): Promise<Exclude<T, false | null | undefined>> {
    const { deadlineMs = 10_000, what = 'a condition' } = waiting;
    const deadline = AbortSignal.timeout(deadlineMs);
    const done = new AbortController();
    const signal = AbortSignal.any([deadline, done.signal, ...(waiting.signal ? [waiting.signal] : [])]);
    try {
      for await (const _change of readStream(`${this.#url}/_local/events`, signal)) {
        const found = await look();
        if (found) return found as Exclude<T, false | null | undefined>;
      }
    } catch (error) {
      if (!deadline.aborted) throw error;
    } finally {
      done.abort();
    }
    throw new Error(`waiting for ${what}: it did not come within ${deadlineMs} ms`);
  }

  /** Looks at something: `GET /_local/NAME`. */
  async look<T>(name: string, query: Record<string, string>): Promise<T> {
    return answer(name, await fetch(`${this.#url}/_local/${name}?${new URLSearchParams(query)}`));
  }

  /** Does something: `POST /_local/NAME`. */
  async act<T>(name: string, body: object): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    return answer(
      name,
      await fetch(`${this.#url}/_local/${name}`, { method: 'POST', headers, body: JSON.stringify(body) }),
    );
  }
}

async function answer<T>(name: string, response: Response): Promise<T> {
  const value = (await response.json()) as T & { error?: string };
  if (response.ok) return value;
  throw new Error(`asking the workspace for "${name}": ${value.error ?? `HTTP ${response.status}`}`);
}
