import { randomBytes } from 'node:crypto';

const lifetimeMs = 30 * 60_000;
const maxUses = 5;

/** The context in which a response URL was issued. */
export interface ResponseTarget {
  channel: string;
  user: string;
  /** The message that contains the clicked button, if any. */
  message?: string;
  threadTs?: string;
}

/** Response URLs: valid for five uses within 30 minutes (docs: handling user interaction). */
export class ResponseUrls {
  readonly #now: () => number;
  readonly #targets = new Map<string, ResponseTarget & { expiresAtMs: number; remainingUses: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns the path of the new URL */
  issue(team: string, target: ResponseTarget): string {
    const key = randomBytes(18).toString('base64url');
    this.#targets.set(key, { ...target, expiresAtMs: this.#now() + lifetimeMs, remainingUses: maxUses });
    return `/response/${team}/${key}`;
  }

  /** Consumes one use. @returns the URL's context, or an error */
  consume(key: string): ResponseTarget | 'expired_url' | 'used_url' {
    const target = this.#targets.get(key);
    if (!target || this.#now() > target.expiresAtMs) return 'expired_url';
    if (target.remainingUses < 1) return 'used_url';
    target.remainingUses -= 1;
    return target;
  }
}
