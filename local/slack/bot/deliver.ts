import { buildSignatureHeaders } from './signing.ts';

/** The bot's response, or the reason for its absence. */
export type DeliveryResult =
  | { ok: true; status: number; body: string; contentType: string }
  | {
      ok: false;
      /** The error name that Slack shows to the user. */
      error: 'operation_timeout' | 'http_client_error' | 'http_service_error' | 'dispatch_failed';
      status: number | undefined;
      /** Whether the bot sent `x-slack-no-retry`. */
      noRetry: boolean;
    };

interface DeliveryTarget {
  url: string | undefined;
  secret: string;
  nowMs: number;
  /** Time limit for the bot's response. */
  ackTimeoutMs: number;
  signal: AbortSignal;
}

/** Sends a form, the format of commands and interactions. Never throws: failures are results. */
export function deliverForm(target: DeliveryTarget, fields: Record<string, string>): Promise<DeliveryResult> {
  // Bolt compares this content type exactly, so a charset must not follow it.
  return deliver(target, new URLSearchParams(fields).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
  });
}

/** Sends JSON, the format of events. Never throws: failures are results. */
export function deliverJson(
  target: DeliveryTarget,
  value: object,
  headers: Record<string, string>,
): Promise<DeliveryResult> {
  return deliver(target, JSON.stringify(value), { 'content-type': 'application/json', ...headers });
}

async function deliver(target: DeliveryTarget, body: string, headers: Record<string, string>): Promise<DeliveryResult> {
  if (target.url === undefined) return buildFailure('dispatch_failed');
  const timeout = AbortSignal.timeout(target.ackTimeoutMs);
  try {
    const response = await fetch(target.url, {
      method: 'POST',
      body,
      redirect: 'manual',
      headers: {
        ...headers,
        'user-agent': 'Slackbot 1.0 (local workspace)',
        ...buildSignatureHeaders(target.secret, Math.floor(target.nowMs / 1000), body),
      },
      signal: AbortSignal.any([target.signal, timeout]),
    });
    const text = await response.text();
    if (response.ok) {
      return { ok: true, status: response.status, body: text, contentType: response.headers.get('content-type') ?? '' };
    }
    const error = response.status >= 500 ? 'http_service_error' : 'http_client_error';
    return buildFailure(error, response.status, response.headers.get('x-slack-no-retry') === '1');
  } catch {
    return buildFailure(timeout.aborted ? 'operation_timeout' : 'dispatch_failed');
  }
}

function buildFailure(
  error: Extract<DeliveryResult, { ok: false }>['error'],
  status?: number,
  noRetry = false,
): DeliveryResult {
  return { ok: false, error, status, noRetry };
}
