import { randomBytes } from 'node:crypto';

const lifeMs = 30 * 60_000;
const uses = 5;

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
  readonly #given = new Map<string, ResponseTarget & { untilMs: number; left: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns the path of the new URL */
  give(team: string, target: ResponseTarget): string {
    const key = randomBytes(18).toString('base64url');
    this.#given.set(key, { ...target, untilMs: this.#now() + lifeMs, left: uses });
    return `/response/${team}/${key}`;
  }

  /** Takes one use. @returns what it was given for, or what is wrong with it */
  use(key: string): ResponseTarget | 'expired_url' | 'used_url' {
    const target = this.#given.get(key);
    if (!target || this.#now() > target.untilMs) return 'expired_url';
    if (target.left < 1) return 'used_url';
    target.left -= 1;
    return target;
  }
}
