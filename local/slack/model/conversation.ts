import type { Block } from './view.ts';

/** A channel, or a direct conversation of two (`im`). */
export interface Channel {
  readonly id: string;
  /** Without the `#`; empty for an `im`. */
  readonly name: string;
  readonly kind: 'channel' | 'im';
  readonly isPrivate: boolean;
  readonly topic: string;
  readonly creator: string;
  /** Unix seconds. */
  readonly created: number;
  members: string[];
}

/** One message. Its `ts` is its identity within its channel. */
export interface Message {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  text: string;
  blocks?: Block[];
  attachments?: Record<string, unknown>[];
  metadata?: { event_type: string; event_payload: Record<string, unknown> };
  /** The `ts` of the message that opened the thread; absent on that message itself. */
  threadTs?: string;
  /** A reply that is also shown in the channel. */
  broadcast?: boolean;
  editedTs?: string;
  /** The one person who sees it: an ephemeral message. */
  visibleTo?: string;
  fileIds?: string[];
  reactions?: { name: string; users: string[] }[];
  /** Deleted, but kept because it has replies. */
  tombstone?: boolean;
}

/** A file somebody shared, or is still uploading. */
export interface SharedFile {
  readonly id: string;
  readonly name: string;
  readonly user: string;
  /** Unix seconds. */
  readonly created: number;
  readonly size: number;
  title: string;
  /** What a picture shows, for those who don't see it. */
  altText?: string;
  state: 'waiting' | 'uploaded' | 'shared';
  channels: string[];
  /** The secret part of the URL it may be uploaded to, until it is. */
  uploadKey?: string;
  /** The content in base64, so that it fits the state file. */
  content: string;
}
