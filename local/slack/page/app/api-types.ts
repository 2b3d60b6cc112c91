import type { Channel } from '../../model/conversation.ts';
import type { Person, TeamInfo, UserGroup } from '../../model/person.ts';
import type { Block } from '../../model/view.ts';

/** The data of a user's sidebar. */
export interface Overview {
  readonly team: TeamInfo;
  readonly me: Person;
  readonly bot: { readonly user: string; readonly connected: boolean };
  readonly people: readonly Person[];
  readonly groups: readonly UserGroup[];
  readonly commands: readonly SlashCommand[];
  readonly channels: readonly ChannelEntry[];
}

/** A channel as one user sees it. */
export interface ChannelEntry extends Pick<Channel, 'id' | 'name' | 'kind' | 'isPrivate' | 'topic' | 'members'> {
  readonly unread: number;
  readonly mentions: number;
  readonly hasBot: boolean;
  /** The other user of a direct message conversation. */
  readonly with?: string;
}

export interface SlashCommand {
  readonly command: string;
  readonly usage?: string;
  readonly description?: string;
}

/** A message as the local API returns it. */
export interface ApiMessage {
  readonly ts: string;
  readonly user: string;
  readonly text: string;
  readonly subtype?: string;
  readonly blocks?: readonly Block[];
  readonly attachments?: readonly { readonly blocks?: readonly Block[]; readonly text?: string }[];
  readonly thread_ts?: string;
  readonly reply_count?: number;
  readonly reply_users?: readonly string[];
  readonly latest_reply?: string;
  readonly is_ephemeral?: boolean;
  readonly edited?: { readonly ts: string };
  readonly reactions?: readonly { readonly name: string; readonly count: number }[];
  readonly files?: readonly (ApiFile | DeletedApiFile)[];
}

/** A deleted file has only an id. */
export interface DeletedApiFile {
  readonly id: string;
  readonly mode: 'tombstone';
}

export interface ApiFile {
  readonly mode: 'hosted';
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly mimetype: string;
  /** Alternative text of an image. */
  readonly alt_txt?: string;
  readonly size: number;
}
