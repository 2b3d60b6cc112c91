import type { Message } from '../../src/commands/messages/blocks.ts';
import type {
  ChartImage,
  Chat,
  ChatErrorKind,
  MessageMetadata,
  MessageRef,
  ViewRef,
} from '../../src/commands/slack/chat.ts';
import { ChatError } from '../../src/commands/slack/chat.ts';
import type { Person } from '../../src/store/person.ts';
import type { Secret } from '../../src/store/vault/secret.ts';
import type { FakeClock } from './commands-clock.ts';

export type ChatMethod = 'postMessage' | 'updateMessage' | 'openDm' | 'uploadFile' | 'uploadImage' | 'find';

export interface FakeFault {
  readonly method: ChatMethod;
  readonly times?: number;
  readonly kind: ChatErrorKind;
  readonly reason?: string;
  readonly retryAfterMs?: number;
  /** The call is carried out, and its answer gets lost. */
  readonly losesResponse?: boolean;
  /** The call is carried out, and whoever made it never hears of anything again. */
  readonly hangsAfterCall?: boolean;
  /** The same, but the call never gets there. */
  readonly hangsBeforeCall?: boolean;
  readonly channel?: string;
}

export interface PostedMessage extends MessageRef {
  message: Message;
  readonly thread?: string;
  readonly metadata?: MessageMetadata;
  editCount: number;
}

/** Slack as the notifier sees it: keeps what was posted, fails when told to, and counts how fast it is called. */
export class FakeChat implements Chat {
  readonly postedMessages: PostedMessage[] = [];
  readonly uploadedFiles: { channel: string; name: string; content: Secret; comment: Message }[] = [];
  readonly uploadedImages: { channel: string; image: ChartImage; thread?: string }[] = [];
  readonly calls: { method: ChatMethod; channel: string; at: number }[] = [];
  canSearch = true;
  readonly #clock: FakeClock;
  #faults: (FakeFault & { remaining: number })[] = [];
  #ts = 0;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  planFault(fault: FakeFault): void {
    this.#faults.push({ ...fault, remaining: fault.times ?? 1 });
  }

  clearFaults(): void {
    this.#faults = [];
  }

  /** Messages of a channel that start a thread. */
  listRootMessages(channel: string): PostedMessage[] {
    return this.postedMessages.filter((one) => one.channel === channel && one.thread === undefined);
  }

  /** Texts of the replies in a thread, oldest first. */
  listReplyTexts(head: MessageRef): string[] {
    return this.postedMessages
      .filter((one) => one.channel === head.channel && one.thread === head.ts)
      .map((one) => one.message.text);
  }

  postMessage(
    channel: string,
    message: Message,
    options: { thread?: string; metadata?: MessageMetadata } = {},
  ): Promise<MessageRef> {
    return this.#call('postMessage', channel, () => {
      const place = { channel, ts: `${++this.#ts}.0` };
      this.postedMessages.push({ ...place, message, ...options, editCount: 0 });
      return place;
    });
  }

  updateMessage(at: MessageRef, message: Message): Promise<void> {
    return this.#call('updateMessage', at.channel, () => {
      const found = this.postedMessages.find((one) => one.channel === at.channel && one.ts === at.ts);
      if (!found) throw new ChatError('message-not-found', 'message_not_found');
      found.message = message;
      found.editCount++;
    });
  }

  async getPermalink({ channel, ts }: MessageRef): Promise<string> {
    return `https://example.slack.com/archives/${channel}/p${ts.replace('.', '')}`;
  }

  openDm(user: string): Promise<string> {
    return this.#call('openDm', `D-${user}`, () => `D-${user}`);
  }

  uploadFile(channel: string, file: { name: string; content: Secret; comment: Message }): Promise<void> {
    return this.#call('uploadFile', channel, () => void this.uploadedFiles.push({ channel, ...file }));
  }

  uploadImage(channel: string, image: ChartImage, thread?: string): Promise<void> {
    return this.#call('uploadImage', channel, () => {
      this.uploadedImages.push({ channel, image, ...(thread === undefined ? {} : { thread }) });
    });
  }

  imageExists(channel: string, name: string, { thread }: { thread: string }): Promise<boolean | 'cannot'> {
    return this.#call('find', channel, () => {
      if (!this.canSearch) return 'cannot' as const;
      return this.uploadedImages.some(
        (one) => one.channel === channel && one.thread === thread && one.image.name === name,
      );
    });
  }

  async postEphemeral(): Promise<void> {}

  async openView(): Promise<ViewRef> {
    return { id: 'V1', hash: '1' };
  }

  async publishHome(): Promise<ViewRef> {
    return { id: 'V2', hash: '1' };
  }

  async listChannelMembers(): Promise<readonly string[]> {
    return [];
  }

  async updateView(): Promise<ViewRef> {
    return { id: 'V1', hash: '1' };
  }

  async listGroupMembers(): Promise<readonly Person[]> {
    return [];
  }

  findMessage(
    channel: string,
    metadata: MessageMetadata,
    options: { thread?: string; since: Date },
  ): Promise<MessageRef | 'cannot' | undefined> {
    return this.#call('find', channel, () => {
      if (!this.canSearch) return 'cannot' as const;
      return this.postedMessages.find(
        (one) =>
          one.channel === channel &&
          one.thread === options.thread &&
          one.metadata?.run === metadata.run &&
          one.metadata.seq === metadata.seq,
      );
    });
  }

  async #call<T>(method: ChatMethod, channel: string, work: () => T): Promise<T> {
    this.calls.push({ method, channel, at: +this.#clock.now() });
    const fault = this.#faults.find(
      (one) => one.method === method && one.remaining > 0 && (one.channel ?? channel) === channel,
    );
    if (!fault) return work();
    fault.remaining--;
    if (fault.losesResponse || fault.hangsAfterCall) work();
    if (fault.hangsAfterCall || fault.hangsBeforeCall) await new Promise(() => {});
    throw new ChatError(fault.kind, fault.reason ?? fault.kind, { retryAfterMs: fault.retryAfterMs });
  }
}
