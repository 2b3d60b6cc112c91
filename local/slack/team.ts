import { nameBlocks } from './blocks/assign-block-ids.ts';
import type { Changes } from './change-feed.ts';
import { newId, timestamps } from './identifiers.ts';
import type { Channel, Message, SharedFile } from './model/conversation.ts';
import type { Person } from './model/person.ts';
import type { TeamData } from './model/team-data.ts';
import { presentMessage } from './to-api-message.ts';

/** What a message is made of; the rest is filled in when it is posted. */
export type Draft = Omit<Message, 'ts'>;

/** The team's conversations: the one place where they are read and changed. */
export class Team {
  readonly data: TeamData;
  readonly nextTs: () => string;
  readonly #changes: Changes;
  readonly #now: () => number;

  constructor(data: TeamData, changes: Changes, now: () => number) {
    this.data = data;
    this.#changes = changes;
    this.#now = now;
    this.nextTs = timestamps(now, data.messages.at(-1)?.ts);
  }

  /** Unix seconds. */
  nowSec(): number {
    return Math.floor(this.#now() / 1000);
  }

  person(id: string): Person | undefined {
    return this.data.people.find((one) => one.id === id);
  }

  /** @param idOrName an id, or a name with or without `#` */
  channel(idOrName: string): Channel | undefined {
    const name = idOrName.replace(/^#/, '');
    return this.data.channels.find((one) => one.id === idOrName || (one.kind === 'channel' && one.name === name));
  }

  /** The direct conversation of two people, opened when there is none yet. */
  directChannel(a: string, b: string): { channel: Channel; opened: boolean } {
    const known = this.data.channels.find(
      ({ kind, members }) => kind === 'im' && members.includes(a) && members.includes(b),
    );
    if (known) return { channel: known, opened: false };
    const base = { id: newId('D'), name: '', kind: 'im', isPrivate: true, topic: '', creator: a } as const;
    const channel: Channel = { ...base, created: this.nowSec(), members: [a, b] };
    this.data.channels.push(channel);
    this.#changes.tell({ kind: 'channel', channel: channel.id }, (user) => this.sees(user, channel));
    return { channel, opened: true };
  }

  join(channel: Channel, user: string): void {
    if (!channel.members.includes(user)) channel.members.push(user);
    this.#changes.tell({ kind: 'channel', channel: channel.id }, (one) => this.sees(one, channel));
  }

  /** Whether a person may read a channel: public ones are open to all people. */
  sees(user: string, channel: Channel): boolean {
    return channel.members.includes(user) || (!channel.isPrivate && this.person(user)?.isBot === false);
  }

  message(channel: string, ts: string): Message | undefined {
    return this.data.messages.find((one) => one.ts === ts && one.channel === channel);
  }

  /** Messages of a channel, oldest first; ephemeral ones only when they are for `user`. */
  messages(channel: string, user: string): Message[] {
    return this.data.messages.filter(
      (one) => one.channel === channel && (one.visibleTo === undefined || one.visibleTo === user),
    );
  }

  /** Replies to a message, oldest first, without ephemeral ones. */
  replies(channel: string, ts: string): Message[] {
    return this.data.messages.filter(
      (one) => one.threadTs === ts && one.channel === channel && one.visibleTo === undefined,
    );
  }

  post(draft: Draft): Message {
    const message: Message = { ...draft, ts: this.nextTs() };
    if (message.blocks) message.blocks = nameBlocks(message.blocks);
    this.data.messages.push(message);
    this.#tell('posted', message);
    if (message.threadTs !== undefined && message.visibleTo === undefined) this.#tellParent(message);
    return message;
  }

  /** Lays new content over a message. A field given as `undefined` is taken away. */
  edit(message: Message, content: { [K in keyof Message]?: Message[K] | undefined }): void {
    for (const [field, value] of Object.entries(content)) {
      if (value === undefined) Reflect.deleteProperty(message, field);
      else Reflect.set(message, field, field === 'blocks' ? nameBlocks(content.blocks ?? []) : value);
    }
    this.#tell('changed', message);
  }

  /** Takes a message away. One that has replies leaves a tombstone, so the thread stays readable. */
  remove(message: Message): void {
    if (message.threadTs === undefined && this.replies(message.channel, message.ts).length > 0) {
      const gone = { blocks: undefined, attachments: undefined, metadata: undefined, fileIds: undefined };
      this.edit(message, { ...gone, text: 'This message was deleted.', tombstone: true });
      return;
    }
    this.data.messages.splice(this.data.messages.indexOf(message), 1);
    this.#tell('deleted', message);
    if (message.threadTs !== undefined) this.#tellParent(message);
  }

  file(id: string): SharedFile | undefined {
    return this.data.files.find((one) => one.id === id);
  }

  #tellParent(reply: Message): void {
    const parent = this.message(reply.channel, reply.threadTs ?? '');
    if (parent) this.#tell('changed', parent);
  }

  #tell(how: 'posted' | 'changed' | 'deleted', message: Message): void {
    const channel = this.channel(message.channel);
    const shown = how === 'deleted' ? null : presentMessage(this, message);
    this.#changes.tell({ kind: 'message', how, channel: message.channel, ts: message.ts, message: shown }, (user) =>
      message.visibleTo === undefined ? channel !== undefined && this.sees(user, channel) : message.visibleTo === user,
    );
  }
}
