import { signatureHeaders } from './signing.ts';

/** What the bot answered, or why it did not. */
export type Delivery =
  | { ok: true; status: number; body: string; contentType: string }
  | {
      ok: false;
      /** The name a person is shown, as in Slack. */
      error: 'operation_timeout' | 'http_client_error' | 'http_service_error' | 'dispatch_failed';
      status: number | undefined;
      /** Whether the bot asked not to be sent this again. */
      noRetry: boolean;
    };

interface Target {
  url: string | undefined;
  secret: string;
  nowMs: number;
  /** How long the bot has to answer. */
  ackMs: number;
  signal: AbortSignal;
}

/** Sends a form, as commands and interactions are sent. Never throws: what fails is an answer. */
export function deliverForm(target: Target, fields: Record<string, string>): Promise<Delivery> {
  // Bolt compares this content type exactly, so no charset may follow it.
  return deliver(target, new URLSearchParams(fields).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
  });
}

/** Sends JSON, as events are sent. Never throws: what fails is an answer. */
export function deliverJson(target: Target, value: object, headers: Record<string, string>): Promise<Delivery> {
  return deliver(target, JSON.stringify(value), { 'content-type': 'application/json', ...headers });
}

async function deliver(target: Target, body: string, headers: Record<string, string>): Promise<Delivery> {
  if (target.url === undefined) return failed('dispatch_failed');
  const timeout = AbortSignal.timeout(target.ackMs);
  try {
    const response = await fetch(target.url, {
      method: 'POST',
      body,
      redirect: 'manual',
      headers: {
        ...headers,
        'user-agent': 'Slackbot 1.0 (local workspace)',
        ...signatureHeaders(target.secret, Math.floor(target.nowMs / 1000), body),
      },
      signal: AbortSignal.any([target.signal, timeout]),
    });
    const text = await response.text();
    if (response.ok) {
      return { ok: true, status: response.status, body: text, contentType: response.headers.get('content-type') ?? '' };
    }
    const error = response.status >= 500 ? 'http_service_error' : 'http_client_error';
    return failed(error, response.status, response.headers.get('x-slack-no-retry') === '1');
  } catch {
    return failed(timeout.aborted ? 'operation_timeout' : 'dispatch_failed');
  }
}

function failed(error: Extract<Delivery, { ok: false }>['error'], status?: number, noRetry = false): Delivery {
  return { ok: false, error, status, noRetry };
}
