/** Calls that Slack rate limits separately. */
export type RateLimitClass = 'post' | 'update' | 'upload' | 'find';

/** Per channel. Slack accepts about one message per second. https://docs.slack.dev/apis/web-api/rate-limits */
export const minIntervalMs: Readonly<Record<RateLimitClass, number>> = {
  post: 1_000,
  update: 1_200,
  upload: 1_000,
  find: 1_200,
};

/** Time of the next call by class and channel, across all runs. Times are Unix ms. */
export class RateLimiter {
  readonly #readyAtByKey = new Map<string, number>();

  getReadyAt(limitClass: RateLimitClass, channel: string): number {
    return this.#readyAtByKey.get(`${limitClass} ${channel}`) ?? 0;
  }

  recordCall(limitClass: RateLimitClass, channel: string, nowMs: number): void {
    this.blockUntil(limitClass, channel, nowMs + minIntervalMs[limitClass]);
  }

  blockUntil(limitClass: RateLimitClass, channel: string, untilMs: number): void {
    this.#readyAtByKey.set(`${limitClass} ${channel}`, Math.max(untilMs, this.getReadyAt(limitClass, channel)));
  }
}
