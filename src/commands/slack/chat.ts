import type { HomeView, ModalView } from '@slack/types';
import type { Person } from '../../store/person.ts';
import type { Secret } from '../../store/vault/secret.ts';
import type { Message } from '../messages/blocks.ts';

export interface MessageRef {
  readonly channel: string;
  readonly ts: string;
}

/** A modal or Home tab. Its `hash` changes with every update. */
export interface ViewRef {
  readonly id: string;
  readonly hash: string;
}

/** Identifies a message of ours after a crash: the run, and the number of the event (0: the summary). */
export interface MessageMetadata {
  readonly run: string;
  readonly seq: number;
}

export interface ChartImage {
  readonly name: string;
  readonly png: Uint8Array;
  /** Alternative text. */
  readonly alt: string;
  /** Only its text is shown. */
  readonly comment: Message;
}

/** Kinds of failed calls, by how the caller must react. */
export type ChatErrorKind =
  /** Rate limited. The call had no effect. */
  | 'rate-limited'
  /** No response, or an invalid one. The call may have had an effect. */
  | 'unknown-outcome'
  /** The channel is not writable: deleted, archived, or without the app. */
  | 'channel-unavailable'
  /** The referenced message does not exist. */
  | 'message-not-found'
  /** Slack rejected the content. A retry can't succeed. */
  | 'invalid-content'
  /** The token or its scopes. An administrator must fix it. */
  | 'auth';

export class ChatError extends Error {
  override name = 'ChatError';
  readonly kind: ChatErrorKind;
  /** Slack's error code, or the HTTP status. */
  readonly reason: string;
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: ChatErrorKind,
    reason: string,
    options?: { readonly retryAfterMs?: number | undefined; readonly cause?: unknown },
  ) {
    super(`Slack: ${reason}`, options?.cause === undefined ? {} : { cause: options.cause });
    this.kind = kind;
    this.reason = reason;
    this.retryAfterMs = options?.retryAfterMs;
  }
}

/** Port to Slack. Each method makes one call and never retries. @throws ChatError */
export interface Chat {
  /** @param thread `ts` of the message to reply to */
  postMessage(
    channel: string,
    message: Message,
    options?: { readonly thread?: string; readonly metadata?: MessageMetadata },
  ): Promise<MessageRef>;
  updateMessage(at: MessageRef, message: Message, metadata?: MessageMetadata): Promise<void>;
  getPermalink(at: MessageRef): Promise<string>;
  /** Returns the id of the DM channel. */
  openDm(user: string): Promise<string>;
  /** @param onCreated receives the id of the file before its content is sent. When it throws, no content is sent. */
  uploadFile(
    channel: string,
    file: { readonly name: string; readonly content: Secret; readonly comment: Message },
    onCreated?: (fileId: string) => Promise<void>,
  ): Promise<void>;
  /** `notFound`: a person deleted it, or its upload did not complete. Needs the scope `files:write`. */
  deleteFile(file: string): Promise<'deleted' | 'notFound'>;
  /** @param thread `ts` of the message to reply to */
  uploadImage(channel: string, image: ChartImage, thread?: string): Promise<void>;
  /** Checks whether a thread contains an image of this name. `cannot`: the app lacks the scope to read it. */
  imageExists(
    channel: string,
    name: string,
    at: { readonly thread: string; readonly since: Date },
  ): Promise<boolean | 'cannot'>;
  postEphemeral(channel: string, user: string, message: Message, thread?: string): Promise<void>;
  /** @param triggerId valid for 3 s and one use */
  openView(triggerId: string, view: ModalView): Promise<ViewRef>;
  /** @throws ChatError with reason `hash_conflict` if the view changed since `hash` */
  updateView(at: Pick<ViewRef, 'id'> & Partial<ViewRef>, view: ModalView): Promise<ViewRef>;
  /** Replaces a Home tab. @throws ChatError with reason `hash_conflict` if it changed since `hash` */
  publishHome(user: string, view: HomeView, hash?: string): Promise<ViewRef>;
  /** Lists user ids. Needs the scopes `channels:read` and `groups:read`. */
  listChannelMembers(channel: string): Promise<readonly string[]>;
  /**
   * Whether a person is a single-channel or multi-channel guest. Needs the scope `users:read`.
   * @throws ChatError also if Slack reports another workspace or organization for the person: the Home event names none
   */
  isGuest(person: Person): Promise<boolean>;
  /**
   * Whether a channel is shared with another workspace or organization, or an invitation to share it is pending. Needs the
   * scope `channels:read`, and `groups:read` for a private channel that has the app.
   */
  isSharedChannel(channel: string): Promise<boolean>;
  /** Lists members of a user group of the bot's team. Needs the scope `usergroups:read`. */
  listGroupMembers(group: string): Promise<readonly Person[]>;
  /** Finds a message of ours by metadata. `cannot`: the app lacks the scope to read it. */
  findMessage(
    channel: string,
    metadata: MessageMetadata,
    options: { readonly thread?: string; readonly since: Date },
  ): Promise<MessageRef | 'cannot' | undefined>;
}
