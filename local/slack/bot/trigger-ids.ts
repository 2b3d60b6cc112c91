import { randomBytes } from 'node:crypto';

const lifeMs = 3000;

/** Trigger ids: each lets the bot open one modal, once, within three seconds (docs: handling user interaction). */
export class Triggers {
  readonly #now: () => number;
  readonly #team: string;
  readonly #given = new Map<string, { user: string; untilMs: number; used: boolean }>();

  constructor(team: string, now: () => number) {
    this.#now = now;
    this.#team = team;
  }

  give(user: string): string {
    const id = `${Math.floor(this.#now())}.${parseInt(this.#team.slice(1, 7), 36)}.${randomBytes(16).toString('hex')}`;
    this.#given.set(id, { user, untilMs: this.#now() + lifeMs, used: false });
    return id;
  }

  /** @returns whom the trigger was given to, or Slack's name for what is wrong with it */
  exchange(id: string): { user: string } | { error: string } {
    if (!/^\d+\.\d+\.[0-9a-f]+$/.test(id)) return { error: 'invalid_trigger_id' };
    const trigger = this.#given.get(id);
    if (!trigger || this.#now() > trigger.untilMs) return { error: 'expired_trigger_id' };
    if (trigger.used) return { error: 'exchanged_trigger_id' };
    trigger.used = true;
    return { user: trigger.user };
  }
}
