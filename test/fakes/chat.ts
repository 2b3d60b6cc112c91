import type { HomeView } from '@slack/types';
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
import type { FakeClock } from './clock.ts';

export type ChatMethod =
  | 'postMessage'
  | 'updateMessage'
  | 'openDm'
  | 'uploadFile'
  | 'deleteFile'
  | 'uploadImage'
  | 'publishHome'
  | 'find';

/** A planned error. By default the call has no effect. */
export interface ChatFault {
  readonly method: ChatMethod;
  /** @default 1 */
  readonly times?: number;
  readonly kind: ChatErrorKind;
  readonly reason?: string;
  readonly retryAfterMs?: number;
  /** The call takes effect, and its response is lost. */
  readonly losesResponse?: boolean;
  /** The call takes effect and never returns. */
  readonly hangsAfterCall?: boolean;
  /** The call has no effect and never returns. */
  readonly hangsBeforeCall?: boolean;
  /** @default all channels */
  readonly channel?: string;
}

export interface PostedMessage extends MessageRef {
  message: Message;
  readonly thread?: string;
  readonly metadata?: MessageMetadata;
  editCount: number;
}

export interface PublishedHome {
  readonly user: string;
  readonly at: number;
  readonly view: HomeView;
  readonly hash: string | undefined;
}

export interface FakeChatOptions {
  /** `false` keeps neither texts nor calls, so that a benchmark measures the memory of the bot. @default true */
  readonly keepsContent?: boolean;
}

/** The one fake of `Chat`: records posted content and the time of each call, and fails as planned. */
export class FakeChat implements Chat {
  readonly uploadedFiles: { channel: string; name: string; content: Secret; comment: Message }[] = [];
  /** Ids of the files that exist, without uploads that failed. */
  readonly sharedFileIds = new Set<string>();
  #fileId = 0;
  readonly uploadedImages: { channel: string; image: ChartImage; thread?: string }[] = [];
  readonly calls: { method: ChatMethod; channel: string; at: number }[] = [];
  readonly publishedHomes: PublishedHome[] = [];
  /** Whether the app may read channels, which `findMessage` and `imageExists` require. */
  canSearch = true;
  readonly #clock: FakeClock;
  readonly #keepsContent: boolean;
  readonly #messages = new Map<string, PostedMessage>();
  #faults: (ChatFault & { remaining: number })[] = [];
  #ts = 0;

  constructor(clock: FakeClock, { keepsContent = true }: FakeChatOptions = {}) {
    this.#clock = clock;
    this.#keepsContent = keepsContent;
  }

  planFault(fault: ChatFault): void {
    this.#faults.push({ ...fault, remaining: fault.times ?? 1 });
  }

  clearFaults(): void {
    this.#faults = [];
  }

  /** Oldest first. */
  get postedMessages(): readonly PostedMessage[] {
    return [...this.#messages.values()];
  }

  /** Deletes a message, as a user does in Slack. */
  deleteMessage(ref: MessageRef): void {
    this.#messages.delete(toKey(ref));
  }

  /** Messages of a channel that start a thread. */
  listRootMessages(channel: string): PostedMessage[] {
    return this.postedMessages.filter((each) => each.channel === channel && each.thread === undefined);
  }

  /** Texts of the replies in a thread, oldest first. */
  listReplyTexts(head: MessageRef): string[] {
    return this.postedMessages
      .filter((each) => each.channel === head.channel && each.thread === head.ts)
      .map((each) => each.message.text);
  }

  postMessage(
    channel: string,
    message: Message,
    options: { thread?: string; metadata?: MessageMetadata } = {},
  ): Promise<MessageRef> {
    return this.#call('postMessage', channel, () => {
      const ref = { channel, ts: `${++this.#ts}.0` };
      const posted = { ...ref, message: this.#trim(message), ...options, editCount: 0 };
      this.#messages.set(toKey(ref), posted);
      return ref;
    });
  }

  updateMessage(at: MessageRef, message: Message): Promise<void> {
    return this.#call('updateMessage', at.channel, () => {
      const found = this.#messages.get(toKey(at));
      if (!found) throw new ChatError('message-not-found', 'message_not_found');
      found.message = this.#trim(message);
      found.editCount++;
    });
  }

  async getPermalink({ channel, ts }: MessageRef): Promise<string> {
    return `https://example.slack.com/archives/${channel}/p${ts.replace('.', '')}`;
  }

  openDm(user: string): Promise<string> {
    return this.#call('openDm', `D-${user}`, () => `D-${user}`);
  }

  async uploadFile(
    channel: string,
    file: { name: string; content: Secret; comment: Message },
    onCreated?: (fileId: string) => Promise<void>,
  ): Promise<void> {
    const id = `F${++this.#fileId}`;
    await onCreated?.(id);
    await this.#call('uploadFile', channel, () => {
      this.uploadedFiles.push({ channel, ...file });
      this.sharedFileIds.add(id);
    });
  }

  deleteFile(file: string): Promise<'deleted' | 'notFound'> {
    return this.#call('deleteFile', '', () => (this.sharedFileIds.delete(file) ? 'deleted' : 'notFound'));
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
        (each) => each.channel === channel && each.thread === thread && each.image.name === name,
      );
    });
  }

  async postEphemeral(): Promise<void> {}

  async openView(): Promise<ViewRef> {
    return { id: 'V1', hash: '1' };
  }

  publishHome(user: string, view: HomeView, hash?: string): Promise<ViewRef> {
    return this.#call('publishHome', user, () => {
      this.publishedHomes.push({ user, at: +this.#clock.now(), view, hash });
      return { id: `V-${user}`, hash: `h${this.publishedHomes.length}` };
    });
  }

  async listChannelMembers(): Promise<readonly string[]> {
    return [];
  }

  async isGuest(): Promise<boolean> {
    return false;
  }

  async isSharedChannel(): Promise<boolean> {
    return false;
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
        (each) =>
          each.channel === channel &&
          each.thread === options.thread &&
          each.metadata?.run === metadata.run &&
          each.metadata.seq === metadata.seq,
      );
    });
  }

  #trim(message: Message): Message {
    return this.#keepsContent ? message : { text: '', blocks: [] };
  }

  async #call<T>(method: ChatMethod, channel: string, work: () => T): Promise<T> {
    if (this.#keepsContent) this.calls.push({ method, channel, at: +this.#clock.now() });
    const fault = this.#faults.find(
      (each) => each.method === method && each.remaining > 0 && (each.channel ?? channel) === channel,
    );
    if (!fault) return work();
    fault.remaining--;
    if (fault.losesResponse || fault.hangsAfterCall) work();
    if (fault.hangsAfterCall || fault.hangsBeforeCall) await new Promise(() => {});
    throw new ChatError(fault.kind, fault.reason ?? fault.kind, { retryAfterMs: fault.retryAfterMs });
  }
}

function toKey({ channel, ts }: MessageRef): string {
  return `${channel} ${ts}`;
}
