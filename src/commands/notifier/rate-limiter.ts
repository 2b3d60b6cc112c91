/** The kinds of calls that Slack counts for themselves. */
export type Call = 'post' | 'update' | 'upload' | 'find';

/** How far calls of one kind are apart in one channel. Slack takes about a message a second there. */
export const gaps: Readonly<Record<Call, number>> = { post: 1_000, update: 1_200, upload: 1_000, find: 1_200 };

/** When the next call may go out, by kind and channel, for all runs together. Times are Unix ms. */
export class Gates {
  readonly #readyAt = new Map<string, number>();

  readyAt(call: Call, channel: string): number {
    return this.#readyAt.get(`${call} ${channel}`) ?? 0;
  }

  /** A call goes out now. */
  pass(call: Call, channel: string, nowMs: number): void {
    this.hold(call, channel, nowMs + gaps[call]);
  }

  /** Slack asked to wait. */
  hold(call: Call, channel: string, untilMs: number): void {
    this.#readyAt.set(`${call} ${channel}`, Math.max(untilMs, this.readyAt(call, channel)));
  }
}
