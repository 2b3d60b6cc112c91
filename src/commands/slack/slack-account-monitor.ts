import type { WebClient } from '@slack/web-api';
import { type Chat, ChatError } from './chat.ts';
import { toChatError } from './to-chat-error.ts';

export type SlackAccountStatus =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly nextStep: string };

interface SlackAccountMonitor {
  /** Wraps a chat to watch for token errors. */
  monitorChat(chat: Chat): Chat;
  /** Undefined before the first response of Slack. */
  getStatus(): SlackAccountStatus | undefined;
  /** Verifies the token with Slack. Never rejects, because a missing response says nothing about the token. */
  checkToken(): Promise<void>;
}

/** By Slack's error code for an invalid token: https://docs.slack.dev/reference/methods/auth.test#errors */
const nextSteps: Readonly<Record<string, string>> = {
  token_revoked: 'the app was uninstalled or its token was revoked: reinstall the app ("Install App"), then',
  invalid_auth: 'the token is wrong, or was replaced: copy it from "OAuth & Permissions", then',
  account_inactive: 'the app or its workspace was removed: reinstall the app ("Install App"), then',
  token_expired: 'token rotation is on, which kthw does not support: create a new app from manifest.yaml, then',
  not_authed: 'the token is missing: copy it from "OAuth & Permissions", then',
};
const tokenInstructions =
  'store the "Bot User OAuth Token" in the secret (`npm run deploy -- --secrets`; outside App Engine: SLACK_BOT_TOKEN) and restart kthw';

/**
 * Detects when Slack rejects the bot's token and logs the fix once, until a call succeeds. Runs continue in the meantime;
 * their messages wait in the outbox.
 */
export function createSlackAccountMonitor(
  client: WebClient,
  log: (fields: Readonly<Record<string, unknown>>, message: string) => void,
): SlackAccountMonitor {
  let state: SlackAccountStatus | undefined;

  function recordResult(reason: string | undefined): void {
    const previous = state;
    const step = reason !== undefined && Object.hasOwn(nextSteps, reason) ? nextSteps[reason] : undefined;
    if (reason !== undefined && step === undefined) return;
    state = reason === undefined ? { ok: true } : { ok: false, reason, nextStep: `${step} ${tokenInstructions}` };
    if (previous?.ok === false && state.ok) log({}, 'Slack accepts the bot token again');
    if (!state.ok && !(previous?.ok === false && previous.reason === state.reason))
      log({ severity: 'CRITICAL', reason: state.reason, nextStep: state.nextStep }, 'Slack rejects the bot token');
  }

  async function observeCall<T>(call: Promise<T>): Promise<T> {
    try {
      const result = await call;
      recordResult(undefined);
      return result;
    } catch (error) {
      if (error instanceof ChatError) recordResult(error.reason);
      throw error;
    }
  }

  return {
    monitorChat(chat) {
      const methods = Object.entries(chat).map(([name, method]: [string, (...args: unknown[]) => Promise<unknown>]) => [
        name,
        (...args: unknown[]) => observeCall(method(...args)),
      ]);
      return Object.fromEntries(methods);
    },
    getStatus: () => state,
    async checkToken() {
      try {
        await client.auth.test();
        recordResult(undefined);
      } catch (error) {
        recordResult(toChatError(error).reason);
      }
    },
  };
}
