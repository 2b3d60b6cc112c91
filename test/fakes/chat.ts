import type { Message } from '../../src/commands/routing/command.ts';
import type { Chat, ChatTrouble, Mark, Picture, Place, ViewPlace } from '../../src/commands/slack/chat.ts';
import { ChatError } from '../../src/commands/slack/chat.ts';
import type { Person } from '../../src/store/events.ts';
import type { Secret } from '../../src/store/vault/secret.ts';
import type { FakeClock } from './commands-clock.ts';

export type Method = 'post' | 'update' | 'direct' | 'upload' | 'share' | 'find';

export interface FakeFault {
  readonly method: Method;
  readonly times?: number;
  readonly trouble: ChatTrouble;
  readonly reason?: string;
  readonly retryAfterMs?: number;
  /** The call is carried out, and its answer gets lost. */
  readonly after?: boolean;
  /** The call is carried out, and whoever made it never hears of anything again. */
  readonly crash?: boolean;
  /** The same, but the call never gets there. */
  readonly lost?: boolean;
  readonly channel?: string;
}

export interface Posted extends Place {
  message: Message;
  readonly thread?: string;
  readonly mark?: Mark;
  edits: number;
}

/** Slack as the courier sees it: keeps what was posted, fails when told to, and counts how fast it is called. */
export class FakeChat implements Chat {
  readonly posted: Posted[] = [];
  readonly files: { channel: string; name: string; content: Secret; comment: Message }[] = [];
  readonly pictures: { channel: string; picture: Picture; thread?: string }[] = [];
  readonly calls: { method: Method; channel: string; at: number }[] = [];
  canFind = true;
  readonly #clock: FakeClock;
  #faults: (FakeFault & { left: number })[] = [];
  #ts = 0;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  fail(fault: FakeFault): void {
    this.#faults.push({ ...fault, left: fault.times ?? 1 });
  }

  works(): void {
    this.#faults = [];
  }

  /** Messages of a channel that start a thread. */
  heads(channel: string): Posted[] {
    return this.posted.filter((one) => one.channel === channel && one.thread === undefined);
  }

  /** Texts of the replies in a thread, oldest first. */
  replies(head: Place): string[] {
    return this.posted
      .filter((one) => one.channel === head.channel && one.thread === head.ts)
      .map((one) => one.message.text);
  }

  post(channel: string, message: Message, options: { thread?: string; mark?: Mark } = {}): Promise<Place> {
    return this.#call('post', channel, () => {
      const place = { channel, ts: `${++this.#ts}.0` };
      this.posted.push({ ...place, message, ...options, edits: 0 });
      return place;
    });
  }

  update(at: Place, message: Message): Promise<void> {
    return this.#call('update', at.channel, () => {
      const found = this.posted.find((one) => one.channel === at.channel && one.ts === at.ts);
      if (!found) throw new ChatError('message-gone', 'message_not_found');
      found.message = message;
      found.edits++;
    });
  }

  async permalink({ channel, ts }: Place): Promise<string> {
    return `https://example.slack.com/archives/${channel}/p${ts.replace('.', '')}`;
  }

  direct(user: string): Promise<string> {
    return this.#call('direct', `D-${user}`, () => `D-${user}`);
  }

  upload(channel: string, file: { name: string; content: Secret; comment: Message }): Promise<void> {
    return this.#call('upload', channel, () => void this.files.push({ channel, ...file }));
  }

  share(channel: string, picture: Picture, thread?: string): Promise<void> {
    return this.#call('share', channel, () => {
      this.pictures.push({ channel, picture, ...(thread === undefined ? {} : { thread }) });
    });
  }

  isShared(channel: string, name: string, { thread }: { thread: string }): Promise<boolean | 'cannot'> {
    return this.#call('find', channel, () => {
      if (!this.canFind) return 'cannot' as const;
      return this.pictures.some((one) => one.channel === channel && one.thread === thread && one.picture.name === name);
    });
  }

  async whisper(): Promise<void> {}

  async openView(): Promise<ViewPlace> {
    return { id: 'V1', hash: '1' };
  }

  async publishHome(): Promise<ViewPlace> {
    return { id: 'V2', hash: '1' };
  }

  async peopleIn(): Promise<readonly string[]> {
    return [];
  }

  async updateView(): Promise<ViewPlace> {
    return { id: 'V1', hash: '1' };
  }

  async members(): Promise<readonly Person[]> {
    return [];
  }

  find(channel: string, mark: Mark, options: { thread?: string; since: Date }): Promise<Place | 'cannot' | undefined> {
    return this.#call('find', channel, () => {
      if (!this.canFind) return 'cannot' as const;
      return this.posted.find(
        (one) =>
          one.channel === channel &&
          one.thread === options.thread &&
          one.mark?.run === mark.run &&
          one.mark.seq === mark.seq,
      );
    });
  }

  async #call<T>(method: Method, channel: string, work: () => T): Promise<T> {
    this.calls.push({ method, channel, at: +this.#clock.now() });
    const fault = this.#faults.find(
      (one) => one.method === method && one.left > 0 && (one.channel ?? channel) === channel,
    );
    if (!fault) return work();
    fault.left--;
    if (fault.after || fault.crash) work();
    if (fault.crash || fault.lost) await new Promise(() => {});
    throw new ChatError(fault.trouble, fault.reason ?? fault.trouble, { retryAfterMs: fault.retryAfterMs });
  }
}
