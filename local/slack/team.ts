import { assignBlockIds } from './blocks/assign-block-ids.ts';
import type { ChangeFeed } from './change-feed.ts';
import { createId, createTimestampGenerator } from './identifiers.ts';
import type { Channel, Message, SharedFile } from './model/conversation.ts';
import type { Person } from './model/person.ts';
import type { TeamData } from './model/team-data.ts';
import { toApiMessage } from './to-api-message.ts';

/** A new message without the fields that posting fills in. */
export type MessageDraft = Omit<Message, 'ts'>;

/** The team's conversations. All reads and writes of them pass through this class. */
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

  /** Finds the direct message conversation of two users, or creates it. */
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

  addMember(channel: Channel, user: string): void {
    if (!channel.members.includes(user)) channel.members.push(user);
    this.#changes.publish({ kind: 'channel', channel: channel.id }, (one) => this.canRead(one, channel));
  }

  /** Whether a user may read a channel. All users may read public channels. */
  canRead(user: string, channel: Channel): boolean {
    return channel.members.includes(user) || (!channel.isPrivate && this.findPerson(user)?.isBot === false);
  }

  findMessage(channelId: string, ts: string): Message | undefined {
    return this.data.messages.find((one) => one.ts === ts && one.channel === channelId);
  }

  /** Lists a channel's messages, oldest first. Includes ephemeral messages for `user` only. */
  listMessages(channelId: string, user: string): Message[] {
    return this.data.messages.filter(
      (one) => one.channel === channelId && (one.visibleTo === undefined || one.visibleTo === user),
    );
  }

  /** Lists replies to a message, oldest first, without ephemeral ones. */
  listReplies(channelId: string, ts: string): Message[] {
    return this.data.messages.filter(
      (one) => one.threadTs === ts && one.channel === channelId && one.visibleTo === undefined,
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

  /** Replaces content of a message. Fields given as `undefined` are removed. */
  editMessage(message: Message, content: { [K in keyof Message]?: Message[K] | undefined }): void {
    for (const [field, value] of Object.entries(content)) {
      if (value === undefined) Reflect.deleteProperty(message, field);
      else Reflect.set(message, field, field === 'blocks' ? assignBlockIds(content.blocks ?? []) : value);
    }
    this.#publishChange('changed', message);
  }

  /** Deletes a message. A message with replies leaves a tombstone, so the thread stays readable. */
  removeMessage(message: Message): void {
    if (message.threadTs === undefined && this.listReplies(message.channel, message.ts).length > 0) {
      const clearedFields = { blocks: undefined, attachments: undefined, metadata: undefined, fileIds: undefined };
      this.editMessage(message, { ...clearedFields, text: 'This message was deleted.', tombstone: true });
      return;
    }
    this.data.messages.splice(this.data.messages.indexOf(message), 1);
    this.#publishChange('deleted', message);
    if (message.threadTs !== undefined) this.#publishParentChange(message);
  }

  findFile(id: string): SharedFile | undefined {
    return this.data.files.find((one) => one.id === id);
  }

  /** Deletes a file's content and name. Its messages keep a tombstone. */
  deleteFile(file: SharedFile): void {
    Object.assign(file, { state: 'deleted', name: '', title: '', content: '', size: 0, channels: [] });
    delete file.altText;
    for (const message of this.data.messages) if (message.fileIds?.includes(file.id)) this.editMessage(message, {});
  }

  #publishParentChange(reply: Message): void {
    const parent = this.findMessage(reply.channel, reply.threadTs ?? '');
    if (parent) this.#publishChange('changed', parent);
  }

  #publishChange(action: 'posted' | 'changed' | 'deleted', message: Message): void {
    const channel = this.findChannel(message.channel);
    const apiMessage = action === 'deleted' ? null : toApiMessage(this, message);
    this.#changes.publish(
      { kind: 'message', action, channel: message.channel, ts: message.ts, message: apiMessage },
      (user) =>
        message.visibleTo === undefined
          ? channel !== undefined && this.canRead(user, channel)
          : message.visibleTo === user,
    );
  }
}
