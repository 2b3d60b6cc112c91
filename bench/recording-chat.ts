import type { Message } from '../src/commands/messages/blocks.ts';
import type { Chat, MessageMetadata, MessageRef, ViewRef } from '../src/commands/slack/chat.ts';

/** A fake of Slack that responds at once and records the order of messages in each thread. */
export class RecordingChat implements Chat {
  /** Sequence numbers of posted events by run, in posting order. */
  readonly postedSeqsByRun = new Map<string, number[]>();
  #postCount = 0;

  async postMessage(
    channel: string,
    _: Message,
    { metadata }: { readonly metadata?: MessageMetadata } = {},
  ): Promise<MessageRef> {
    this.#postCount++;
    if (metadata && metadata.seq > 0) {
      this.postedSeqsByRun.set(metadata.run, [...(this.postedSeqsByRun.get(metadata.run) ?? []), metadata.seq]);
    }
    return { channel, ts: `${this.#postCount}.0` };
  }

  async updateMessage(): Promise<void> {}
  async openDm(user: string): Promise<string> {
    return `D${user}`;
  }
  async getPermalink(): Promise<string> {
    return 'https://example.slack.com/archives/C1/p1';
  }
  async uploadFile(): Promise<void> {}
  async uploadImage(): Promise<void> {}
  async imageExists(): Promise<boolean> {
    return false;
  }
  async postEphemeral(): Promise<void> {}
  async openView(): Promise<ViewRef> {
    return { id: 'V1', hash: '1' };
  }
  async publishHome(): Promise<ViewRef> {
    return { id: 'V2', hash: '1' };
  }

  async listChannelMembers(): Promise<readonly string[]> {
    return [];
  }

  async updateView(): Promise<ViewRef> {
    return { id: 'V1', hash: '1' };
  }
  async listGroupMembers(): Promise<[]> {
    return [];
  }
  async findMessage(): Promise<undefined> {}

  get postCount(): number {
    return this.#postCount;
  }
}
