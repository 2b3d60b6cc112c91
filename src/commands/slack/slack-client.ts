import { WebClient, type WebClientOptions } from '@slack/web-api';
import { createSlackLogger } from './slack-logger.ts';

export interface SlackCredentials {
  /** The bot's token. */
  readonly token: string;
  /** @default Slack's own */
  readonly apiUrl?: string | undefined;
}

const timeoutMs = 10_000;

/** A client that repeats nothing by itself and gives up soon: what to do then depends on what was asked. */
export function createSlackClient(credentials: SlackCredentials): WebClient {
  return new WebClient(credentials.token, buildClientOptions(credentials));
}

export function buildClientOptions({ apiUrl }: Pick<SlackCredentials, 'apiUrl'>): WebClientOptions {
  return {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    timeout: timeoutMs,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    // What it would log it also throws.
    logger: createSlackLogger(() => {}),
    // Answers to a `response_url` go out by this too, and have no deadline of their own.
    fetch: (url, init) => fetch(url, { ...init, signal: init?.signal ?? AbortSignal.timeout(timeoutMs) }),
  };
}
