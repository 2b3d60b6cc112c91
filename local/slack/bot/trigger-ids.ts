import { randomBytes } from 'node:crypto';

const lifetimeMs = 3000;

/** Trigger ids: each opens one modal within three seconds (docs: handling user interaction). */
export class TriggerIds {
  readonly #now: () => number;
  readonly #team: string;
  readonly #triggers = new Map<string, { user: string; expiresAtMs: number; isUsed: boolean }>();

  constructor(team: string, now: () => number) {
    this.#now = now;
    this.#team = team;
  }

  issue(user: string): string {
    const id = `${Math.floor(this.#now())}.${parseInt(this.#team.slice(1, 7), 36)}.${randomBytes(16).toString('hex')}`;
    this.#triggers.set(id, { user, expiresAtMs: this.#now() + lifetimeMs, isUsed: false });
    return id;
  }

  /** @returns the user of the trigger, or Slack's error name */
  exchange(id: string): { user: string } | { error: string } {
    if (!/^\d+\.\d+\.[0-9a-f]+$/.test(id)) return { error: 'invalid_trigger_id' };
    const trigger = this.#triggers.get(id);
    if (!trigger || this.#now() > trigger.expiresAtMs) return { error: 'expired_trigger_id' };
    if (trigger.isUsed) return { error: 'exchanged_trigger_id' };
    trigger.isUsed = true;
    return { user: trigger.user };
  }
}
