import { setTimeout as sleep } from 'node:timers/promises';
import type { SlackEmulatorSettings } from '../settings.ts';
import { type DeliveryResult, deliverForm, deliverJson } from './deliver.ts';

/** Sends requests to the bot's URL and tracks the ones in flight. */
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

  /** Sends JSON without retries: for URL verification. */
  sendJson(body: object): Promise<DeliveryResult> {
    return this.#trackInFlight(deliverJson(this.#getTarget(), body, {}));
  }

  /** Sends an event and retries failures on the configured schedule (docs: Events API, retries). */
  sendEvent(envelope: object): void {
    void this.#trackInFlight(this.#sendWithRetries(envelope));
  }

  /** Aborts requests in flight and waits for them to end. */
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
