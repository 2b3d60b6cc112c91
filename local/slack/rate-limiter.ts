/** Slack's tiers, in calls per minute and method (docs: Web API rate limits), and the two special tiers. */
export type RateLimitTier = 1 | 2 | 3 | 4 | 'post' | 'none';

/** Rate limits of the bot. */
export interface RateLimitOptions {
  enabled: boolean;
  /** Calls per minute by tier. */
  perMinute: Readonly<Record<1 | 2 | 3 | 4, number>>;
  /** Messages per second in a channel, and the burst size. */
  post: { perSec: number; burst: number };
  /** Messages per minute in the team. */
  postPerMinute: number;
}

const defaultLimits: RateLimitOptions = {
  enabled: true,
  perMinute: { 1: 1, 2: 20, 3: 50, 4: 100 },
  post: { perSec: 1, burst: 3 },
  postPerMinute: 300,
};

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Token buckets by method, plus one per channel for messages. */
export class RateLimiter {
  readonly #options: RateLimitOptions;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: Partial<RateLimitOptions>, now: () => number) {
    this.#options = { ...defaultLimits, ...options };
    this.#now = now;
  }

  /**
   * Takes one token.
   * @param channel the target of a message, for the tier `post`
   * @returns 0 if the call is allowed, else the seconds to wait
   */
  consume(method: string, tier: RateLimitTier, channel = ''): number {
    if (!this.#options.enabled || tier === 'none') return 0;
    if (tier !== 'post') {
      const perMinute = this.#options.perMinute[tier];
      return this.#consumeToken(method, perMinute / 60, perMinute);
    }
    const { perSec, burst } = this.#options.post;
    const waitSec = this.#consumeToken(`${method} ${channel}`, perSec, burst);
    return waitSec || this.#consumeToken(method, this.#options.postPerMinute / 60, this.#options.postPerMinute);
  }

  #consumeToken(key: string, perSec: number, burst: number): number {
    const atMs = this.#now();
    const bucket = this.#buckets.get(key) ?? { tokens: burst, atMs };
    bucket.tokens = Math.min(burst, bucket.tokens + ((atMs - bucket.atMs) / 1000) * perSec);
    bucket.atMs = atMs;
    this.#buckets.set(key, bucket);
    if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / perSec));
    bucket.tokens -= 1;
    return 0;
  }
}
