import type { Channel, Message, SharedFile } from './conversation.ts';
import type { Person, TeamInfo, UserGroup } from './person.ts';
import type { View } from './view.ts';

/** Everything the workspace remembers, in the form in which it is kept in the state file. */
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
  /** The Home tab the bot published, by person. */
  homes: Record<string, View>;
  /** The newest `ts` each person has read, by person, then channel. */
  reads: Record<string, Record<string, string>>;
}
