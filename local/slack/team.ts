import { assignBlockIds } from './blocks/assign-block-ids.ts';
import type { ChangeFeed } from './change-feed.ts';
import { createId, createTimestampGenerator } from './identifiers.ts';
import type { Channel, Message, SharedFile } from './model/conversation.ts';
import type { Person } from './model/person.ts';
import type { TeamData } from './model/team-data.ts';
import { toApiMessage } from './to-api-message.ts';

/** What a message is made of; the rest is filled in when it is posted. */
export type MessageDraft = Omit<Message, 'ts'>;

/** The team's conversations: the one place where they are read and changed. */
export class Team {
  readonly data: TeamData;
  readonly nextTs: () => string;
  readonly #changes: ChangeFeed;
  readonly #now: () => number;

  constructor(data: TeamData, changes: ChangeFeed, now: () => number) {
    this.data = data;
    this.#changes = changes;
    this.#now = now;
    this.nextTs = createTimestampGenerator(now, data.messages.at(-1)?.ts);
  }

  /** Unix seconds. */
  getUnixTime(): number {
    return Math.floor(this.#now() / 1000);
  }

  findPerson(id: string): Person | undefined {
    return this.data.people.find((one) => one.id === id);
  }

  /** @param idOrName an id, or a name with or without `#` */
  findChannel(idOrName: string): Channel | undefined {
    const name = idOrName.replace(/^#/, '');
    return this.data.channels.find((one) => one.id === idOrName || (one.kind === 'channel' && one.name === name));
  }

  /** The direct conversation of two people, opened when there is none yet. */
  openDm(a: string, b: string): { channel: Channel; opened: boolean } {
    const existing = this.data.channels.find(
      ({ kind, members }) => kind === 'im' && members.includes(a) && members.includes(b),
    );
    if (existing) return { channel: existing, opened: false };
    const base = { id: createId('D'), name: '', kind: 'im', isPrivate: true, topic: '', creator: a } as const;
    const channel: Channel = { ...base, created: this.getUnixTime(), members: [a, b] };
    this.data.channels.push(channel);
    this.#changes.publish({ kind: 'channel', channel: channel.id }, (user) => this.canRead(user, channel));
    return { channel, opened: true };
  }

  addMember(findChannel: Channel, user: string): void {
    if (!findChannel.members.includes(user)) findChannel.members.push(user);
    this.#changes.publish({ kind: 'channel', channel: findChannel.id }, (one) => this.canRead(one, findChannel));
  }

  /** Whether a person may read a channel: public ones are open to all people. */
  canRead(user: string, findChannel: Channel): boolean {
    return findChannel.members.includes(user) || (!findChannel.isPrivate && this.findPerson(user)?.isBot === false);
  }

  findMessage(findChannel: string, ts: string): Message | undefined {
    return this.data.messages.find((one) => one.ts === ts && one.channel === findChannel);
  }

  /** Messages of a channel, oldest first; ephemeral ones only when they are for `user`. */
  listMessages(findChannel: string, user: string): Message[] {
    return this.data.messages.filter(
      (one) => one.channel === findChannel && (one.visibleTo === undefined || one.visibleTo === user),
    );
  }

  /** Replies to a message, oldest first, without ephemeral ones. */
  listReplies(findChannel: string, ts: string): Message[] {
    return this.data.messages.filter(
      (one) => one.threadTs === ts && one.channel === findChannel && one.visibleTo === undefined,
    );
  }

  postMessage(draft: MessageDraft): Message {
    const message: Message = { ...draft, ts: this.nextTs() };
    if (message.blocks) message.blocks = assignBlockIds(message.blocks);
    this.data.messages.push(message);
    this.#publishChange('posted', message);
    if (message.threadTs !== undefined && message.visibleTo === undefined) this.#publishParentChange(message);
    return message;
  }

  /** Lays new content over a message. A field given as `undefined` is taken away. */
  editMessage(findMessage: Message, content: { [K in keyof Message]?: Message[K] | undefined }): void {
    for (const [field, value] of Object.entries(content)) {
      if (value === undefined) Reflect.deleteProperty(findMessage, field);
      else Reflect.set(findMessage, field, field === 'blocks' ? assignBlockIds(content.blocks ?? []) : value);
    }
    this.#publishChange('changed', findMessage);
  }

  /** Takes a message away. One that has replies leaves a tombstone, so the thread stays readable. */
  removeMessage(findMessage: Message): void {
    if (findMessage.threadTs === undefined && this.listReplies(findMessage.channel, findMessage.ts).length > 0) {
      const clearedFields = { blocks: undefined, attachments: undefined, metadata: undefined, fileIds: undefined };
      this.editMessage(findMessage, { ...clearedFields, text: 'This message was deleted.', tombstone: true });
      return;
    }
    this.data.messages.splice(this.data.messages.indexOf(findMessage), 1);
    this.#publishChange('deleted', findMessage);
    if (findMessage.threadTs !== undefined) this.#publishParentChange(findMessage);
  }

  findFile(id: string): SharedFile | undefined {
    return this.data.files.find((one) => one.id === id);
  }

  #publishParentChange(reply: Message): void {
    const parent = this.findMessage(reply.channel, reply.threadTs ?? '');
    if (parent) this.#publishChange('changed', parent);
  }

  #publishChange(action: 'posted' | 'changed' | 'deleted', findMessage: Message): void {
    const channel = this.findChannel(findMessage.channel);
    const apiMessage = action === 'deleted' ? null : toApiMessage(this, findMessage);
    this.#changes.publish(
      { kind: 'message', action, channel: findMessage.channel, ts: findMessage.ts, message: apiMessage },
      (user) =>
        findMessage.visibleTo === undefined
          ? channel !== undefined && this.canRead(user, channel)
          : findMessage.visibleTo === user,
    );
  }
}
