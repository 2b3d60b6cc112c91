import type { Message } from '../src/commands/routing/command.ts';
import type { Chat, Mark, Place, ViewPlace } from '../src/commands/slack/chat.ts';

/** Slack that always answers at once, and remembers in which order a run's thread was told. */
export class QuietChat implements Chat {
  /** Numbers of the events told, by run, in the order of posting. */
  readonly told = new Map<string, number[]>();
  #posted = 0;

  async post(channel: string, _: Message, { mark }: { readonly mark?: Mark } = {}): Promise<Place> {
    this.#posted++;
    if (mark && mark.seq > 0) this.told.set(mark.run, [...(this.told.get(mark.run) ?? []), mark.seq]);
    return { channel, ts: `${this.#posted}.0` };
  }

  async update(): Promise<void> {}
  async direct(user: string): Promise<string> {
    return `D${user}`;
  }
  async permalink(): Promise<string> {
    return 'https://example.slack.com/archives/C1/p1';
  }
  async upload(): Promise<void> {}
  async share(): Promise<void> {}
  async isShared(): Promise<boolean> {
    return false;
  }
  async whisper(): Promise<void> {}
  async openView(): Promise<ViewPlace> {
    return { id: 'V1', hash: '1' };
  }
  async publishHome(): Promise<ViewPlace> {
    return { id: 'V2', hash: '1' };
  }

  async peopleIn(): Promise<readonly string[]> {
    return [];
  }

  async updateView(): Promise<ViewPlace> {
    return { id: 'V1', hash: '1' };
  }
  async members(): Promise<[]> {
    return [];
  }
  async find(): Promise<undefined> {}

  get posted(): number {
    return this.#posted;
  }
}
