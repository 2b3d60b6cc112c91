import type { Channel, Message, SharedFile } from './conversation.ts';
import type { Person, TeamInfo, UserGroup } from './person.ts';
import type { View } from './view.ts';

/** All data of the workspace, in the format of the state file. */
export interface TeamData {
  team: TeamInfo;
  appId: string;
  botUser: string;
  botId: string;
  people: Person[];
  groups: UserGroup[];
  channels: Channel[];
  messages: Message[];
  files: SharedFile[];
  /** The published Home tab by user. */
  homes: Record<string, View>;
  /** The `ts` of the last read message by user, then channel. */
  reads: Record<string, Record<string, string>>;
}
