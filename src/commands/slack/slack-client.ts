import { WebClient, type WebClientOptions } from '@slack/web-api';
import { slackLog } from './slack-logger.ts';

export interface SlackAccount {
  /** The bot's token. */
  readonly token: string;
  /** @default Slack's own */
  readonly apiUrl?: string | undefined;
}

const deadlineMs = 10_000;

/** A client that repeats nothing by itself and gives up soon: what to do then depends on what was asked. */
export function slackClient(account: SlackAccount): WebClient {
  return new WebClient(account.token, clientOptions(account));
}

export function clientOptions({ apiUrl }: Pick<SlackAccount, 'apiUrl'>): WebClientOptions {
  return {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    timeout: deadlineMs,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    // What it would log it also throws.
    logger: slackLog(() => {}),
    // Answers to a `response_url` go out by this too, and have no deadline of their own.
    fetch: (url, init) => fetch(url, { ...init, signal: init?.signal ?? AbortSignal.timeout(deadlineMs) }),
  };
}
