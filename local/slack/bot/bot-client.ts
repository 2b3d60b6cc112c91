import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '../settings.ts';
import { type Delivery, deliverForm, deliverJson } from './deliver.ts';

/** The line to the bot: where it listens, and what is still under way to it. */
export class BotLine {
  url: string | undefined;
  readonly #settings: Settings;
  readonly #closed = new AbortController();
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(settings: Settings) {
    this.url = settings.botUrl;
    this.#settings = settings;
  }

  /** Sends a slash command. */
  command(fields: Record<string, string>): Promise<Delivery> {
    return this.#track(deliverForm(this.#target(), fields));
  }

  /** Sends an interaction: one form field that holds JSON. */
  interaction(payload: object): Promise<Delivery> {
    return this.#track(deliverForm(this.#target(), { payload: JSON.stringify(payload) }));
  }

  /** Sends JSON once: the check of the URL. */
  once(body: object): Promise<Delivery> {
    return this.#track(deliverJson(this.#target(), body, {}));
  }

  /** Sends an event, again when that fails, on the schedule of the settings (docs: Events API, retries). */
  event(envelope: object): void {
    void this.#track(this.#withRetries(envelope));
  }

  /** Ends what is under way and waits until it has ended. */
  async close(): Promise<void> {
    this.#closed.abort();
    await Promise.allSettled(this.#underWay);
  }

  async #withRetries(envelope: object): Promise<void> {
    let sent = await deliverJson(this.#target(), envelope, {});
    for (const [index, waitMs] of this.#settings.eventRetriesMs.entries()) {
      if (sent.ok || sent.noRetry) return;
      const reason =
        sent.error === 'operation_timeout' ? 'http_timeout' : sent.status ? 'http_error' : 'connection_failed';
      await sleep(waitMs, undefined, { signal: this.#closed.signal }).catch(() => undefined);
      if (this.#closed.signal.aborted) return;
      const headers = { 'x-slack-retry-num': String(index + 1), 'x-slack-retry-reason': reason };
      sent = await deliverJson(this.#target(), envelope, headers);
    }
  }

  #target() {
    const { signingSecret, now, ackMs } = this.#settings;
    return { url: this.url, secret: signingSecret, nowMs: now(), ackMs, signal: this.#closed.signal };
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work)).catch(() => undefined);
    return work;
  }
}
