import { randomBytes } from 'node:crypto';

const lifetimeMs = 30 * 60_000;
const maxUses = 5;

/** What a response URL was given for. */
export interface ResponseTarget {
  channel: string;
  user: string;
  /** The message whose button was clicked, if it was one. */
  message?: string;
  threadTs?: string;
}

/** Response URLs: five uses within thirty minutes (docs: handling user interaction). */
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

  /** Takes one use. @returns what it was given for, or what is wrong with it */
  consume(key: string): ResponseTarget | 'expired_url' | 'used_url' {
    const target = this.#targets.get(key);
    if (!target || this.#now() > target.expiresAtMs) return 'expired_url';
    if (target.remainingUses < 1) return 'used_url';
    target.remainingUses -= 1;
    return target;
  }
}
