import type { HomeView, ModalView } from '@slack/types';
import type { Person } from '../../store/person.ts';
import type { Secret } from '../../store/vault/secret.ts';
import type { Message } from '../routing/command.ts';

/** A message in Slack. */
export interface MessageRef {
  readonly channel: string;
  readonly ts: string;
}

/** A modal or a Home tab as it is just now: `hash` is another one after every change. */
export interface ViewRef {
  readonly id: string;
  readonly hash: string;
}

/** What marks a message as ours, so that it can be found after a crash: the run and the event it tells (0: the summary). */
export interface MessageMetadata {
  readonly run: string;
  readonly seq: number;
}

/** A picture for people to look at. */
export interface ChartImage {
  readonly name: string;
  readonly png: Uint8Array;
  /** What it shows, for those who don't see it. */
  readonly alt: string;
  /** Goes with it. Only its text is shown. */
  readonly comment: Message;
}

/** Why a call did not work, as far as it matters for what to do next. */
export type ChatErrorKind =
  /** Slack asked to wait; the call was not carried out. */
  | 'limited'
  /** No answer, or a broken one: the call may have been carried out. */
  | 'unsure'
  /** This channel can't be written to: gone, archived, or without us in it. */
  | 'place'
  /** The message it was about is gone. */
  | 'message-gone'
  /** Slack won't take what was sent; the same again is of no use. */
  | 'content'
  /** The token or its scopes: for an administrator to put right. */
  | 'account';

export class ChatError extends Error {
  override name = 'ChatError';
  readonly kind: ChatErrorKind;
  /** Slack's own word for it, or the status. */
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

/** What we do in Slack. One call each, nothing repeated: who calls decides about that. @throws ChatError */
export interface Chat {
  /** @param thread `ts` of the message to reply to */
  postMessage(
    channel: string,
    message: Message,
    options?: { readonly thread?: string; readonly metadata?: MessageMetadata },
  ): Promise<MessageRef>;
  updateMessage(at: MessageRef, message: Message, metadata?: MessageMetadata): Promise<void>;
  /** Slack's page of a message. */
  getPermalink(at: MessageRef): Promise<string>;
  /** The direct conversation with somebody. */
  openDm(user: string): Promise<string>;
  uploadFile(
    channel: string,
    file: { readonly name: string; readonly content: Secret; readonly comment: Message },
  ): Promise<void>;
  /** @param thread `ts` of the message to reply to */
  uploadImage(channel: string, image: ChartImage, thread?: string): Promise<void>;
  /** Whether a picture of that name is in a thread; `cannot` without the scope for reading. */
  imageExists(
    channel: string,
    name: string,
    at: { readonly thread: string; readonly since: Date },
  ): Promise<boolean | 'cannot'>;
  /** Seen by one person only. */
  postEphemeral(channel: string, user: string, message: Message, thread?: string): Promise<void>;
  /** @param triggerId of what the person just did: good for three seconds, and once */
  openView(triggerId: string, view: ModalView): Promise<ViewRef>;
  /** A view that has changed since `hash` stays as it is: that is a ChatError with the reason `hash_conflict`. */
  updateView(at: Pick<ViewRef, 'id'> & Partial<ViewRef>, view: ModalView): Promise<ViewRef>;
  /** The Home tab of a person, whole. With `hash`, one that was published since stays: `hash_conflict`. */
  publishHome(user: string, view: HomeView, hash?: string): Promise<ViewRef>;
  /** Ids of those who are in a channel. Needs the scopes `channels:read` and `groups:read`. */
  listChannelMembers(channel: string): Promise<readonly string[]>;
  /** Who is in a user group of the bot's own team. Needs the scope `usergroups:read`. */
  listGroupMembers(group: string): Promise<readonly Person[]>;
  /** Looks for a message of ours; `cannot` without the scope for reading. */
  findMessage(
    channel: string,
    metadata: MessageMetadata,
    options: { readonly thread?: string; readonly since: Date },
  ): Promise<MessageRef | 'cannot' | undefined>;
}
