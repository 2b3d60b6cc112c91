import { WebClient, type WebClientOptions } from '@slack/web-api';
import { createSlackLogger } from './slack-logger.ts';

export interface SlackCredentials {
  readonly token: string;
  /** @default Slack's API */
  readonly apiUrl?: string | undefined;
}

const timeoutMs = 10_000;

/** Creates a client without retries and with a short timeout, because the right reaction depends on the call. */
export function createSlackClient(credentials: SlackCredentials): WebClient {
  return new WebClient(credentials.token, buildClientOptions(credentials));
}

export function buildClientOptions({ apiUrl }: Pick<SlackCredentials, 'apiUrl'>): WebClientOptions {
  return {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    timeout: timeoutMs,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    // The client also throws everything that it logs.
    logger: createSlackLogger(() => {}),
    // Requests to a `response_url` also use this fetch and have no timeout of their own.
    fetch: (url, init) => fetch(url, { ...init, signal: init?.signal ?? AbortSignal.timeout(timeoutMs) }),
  };
}
