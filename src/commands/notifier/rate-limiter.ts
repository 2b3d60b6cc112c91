/** The kinds of calls that Slack counts for themselves. */
export type RateLimitClass = 'post' | 'update' | 'upload' | 'find';

/** How far calls of one kind are apart in one channel. Slack takes about a message a second there. */
export const minIntervalMs: Readonly<Record<RateLimitClass, number>> = {
  post: 1_000,
  update: 1_200,
  upload: 1_000,
  find: 1_200,
};

/** When the next call may go out, by kind and channel, for all runs together. Times are Unix ms. */
export class RateLimiter {
  readonly #readyAtByKey = new Map<string, number>();

  getReadyAt(limitClass: RateLimitClass, channel: string): number {
    return this.#readyAtByKey.get(`${limitClass} ${channel}`) ?? 0;
  }

  /** A call goes out now. */
  recordCall(limitClass: RateLimitClass, channel: string, nowMs: number): void {
    this.blockUntil(limitClass, channel, nowMs + minIntervalMs[limitClass]);
  }

  /** Slack asked to wait. */
  blockUntil(limitClass: RateLimitClass, channel: string, untilMs: number): void {
    this.#readyAtByKey.set(`${limitClass} ${channel}`, Math.max(untilMs, this.getReadyAt(limitClass, channel)));
  }
}
