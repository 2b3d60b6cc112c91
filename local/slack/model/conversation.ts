import type { Block } from './view.ts';

/** A channel, or a direct message conversation of two users (`im`). */
export interface Channel {
  readonly id: string;
  /** Without `#`; empty for an `im`. */
  readonly name: string;
  readonly kind: 'channel' | 'im';
  readonly isPrivate: boolean;
  readonly topic: string;
  readonly creator: string;
  /** Unix seconds. */
  readonly created: number;
  members: string[];
  /** With whom it is shared: another organization, one that has been invited, or a workspace of the same organization. */
  sharedWith?: 'organization' | 'invited organization' | 'workspace';
}

/** A message. Its `ts` identifies it within its channel. */
export interface Message {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  text: string;
  blocks?: Block[];
  attachments?: Record<string, unknown>[];
  metadata?: { event_type: string; event_payload: Record<string, unknown> };
  /** The `ts` of the thread's parent message; undefined on the parent itself. */
  threadTs?: string;
  /** Whether the reply is also shown in the channel (`reply_broadcast`). */
  broadcast?: boolean;
  editedTs?: string;
  /** The only user who sees it, if the message is ephemeral. */
  visibleTo?: string;
  fileIds?: string[];
  reactions?: { name: string; users: string[] }[];
  /** Deleted but kept because it has replies. */
  tombstone?: boolean;
}

/** A file that is shared or still uploading. */
export interface SharedFile {
  readonly id: string;
  name: string;
  readonly user: string;
  /** Unix seconds. */
  readonly created: number;
  size: number;
  title: string;
  /** Alternative text of an image. */
  altText?: string;
  state: 'waiting' | 'uploaded' | 'shared' | 'deleted';
  channels: string[];
  /** Secret part of the upload URL; removed after the upload. */
  uploadKey?: string;
  /** The content in base64, because the state file is JSON. */
  content: string;
}
