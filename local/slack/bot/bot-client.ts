import { setTimeout as sleep } from 'node:timers/promises';
import type { SlackEmulatorSettings } from '../settings.ts';
import { type DeliveryResult, deliverForm, deliverJson } from './deliver.ts';

/** The line to the bot: where it listens, and what is still under way to it. */
export class BotClient {
  url: string | undefined;
  readonly #settings: SlackEmulatorSettings;
  readonly #closed = new AbortController();
  readonly #inFlight = new Set<Promise<unknown>>();

  constructor(settings: SlackEmulatorSettings) {
    this.url = settings.botUrl;
    this.#settings = settings;
  }

  /** Sends a slash command. */
  sendCommand(fields: Record<string, string>): Promise<DeliveryResult> {
    return this.#trackInFlight(deliverForm(this.#getTarget(), fields));
  }

  /** Sends an interaction: one form field that holds JSON. */
  sendInteraction(payload: object): Promise<DeliveryResult> {
    return this.#trackInFlight(deliverForm(this.#getTarget(), { payload: JSON.stringify(payload) }));
  }

  /** Sends JSON once: the check of the URL. */
  sendJson(body: object): Promise<DeliveryResult> {
    return this.#trackInFlight(deliverJson(this.#getTarget(), body, {}));
  }

  /** Sends an event, again when that fails, on the schedule of the settings (docs: Events API, retries). */
  sendEvent(envelope: object): void {
    void this.#trackInFlight(this.#sendWithRetries(envelope));
  }

  /** Ends what is under way and waits until it has ended. */
  async close(): Promise<void> {
    this.#closed.abort();
    await Promise.allSettled(this.#inFlight);
  }

  async #sendWithRetries(envelope: object): Promise<void> {
    let result = await deliverJson(this.#getTarget(), envelope, {});
    for (const [index, waitMs] of this.#settings.eventRetryDelaysMs.entries()) {
      if (result.ok || result.noRetry) return;
      const reason =
        result.error === 'operation_timeout' ? 'http_timeout' : result.status ? 'http_error' : 'connection_failed';
      await sleep(waitMs, undefined, { signal: this.#closed.signal }).catch(() => undefined);
      if (this.#closed.signal.aborted) return;
      const headers = { 'x-slack-retry-num': String(index + 1), 'x-slack-retry-reason': reason };
      result = await deliverJson(this.#getTarget(), envelope, headers);
    }
  }

  #getTarget() {
    const { signingSecret, now, ackTimeoutMs } = this.#settings;
    return { url: this.url, secret: signingSecret, nowMs: now(), ackTimeoutMs, signal: this.#closed.signal };
  }

  #trackInFlight<T>(work: Promise<T>): Promise<T> {
    this.#inFlight.add(work);
    void work.finally(() => this.#inFlight.delete(work)).catch(() => undefined);
    return work;
  }
}
