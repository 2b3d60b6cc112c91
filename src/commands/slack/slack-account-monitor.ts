import type { WebClient } from '@slack/web-api';
import { type Chat, ChatError } from './chat.ts';
import { toChatError } from './slack-error.ts';

/** How Slack takes the bot's token. */
export type SlackAccountStatus =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly nextStep: string };

export interface SlackAccountMonitor {
  /** The same, noticing what Slack says about the token. */
  monitorChat(chat: Chat): Chat;
  /** What Slack said last; undefined before it said anything. */
  getStatus(): SlackAccountStatus | undefined;
  /** Asks Slack whether it takes the token. Never throws: no answer says nothing about the token. */
  checkToken(): Promise<void>;
}

/** Slack's words for a token that is no good, by https://docs.slack.dev/reference/methods/auth.test#errors */
const nextSteps: Readonly<Record<string, string>> = {
  token_revoked: 'the app was uninstalled or its token revoked: install it again ("Install App"), and',
  invalid_auth:
    'that token is not of this workspace any more, or was changed: copy it anew ("OAuth & Permissions"), and',
  account_inactive: 'the app was removed, or its workspace is gone: install it again ("Install App"), and',
  token_expired: 'token rotation is on, which kthw does not do: make a new app from manifest.yaml, without it, and',
  not_authed: 'there is no token: copy it ("OAuth & Permissions"), and',
};
const tokenInstructions =
  'put the "Bot User OAuth Token" into the secret (`npm run deploy -- --secrets`; elsewhere SLACK_BOT_TOKEN), and start kthw again';

/**
 * Notices when Slack takes the bot's token no more: said once, loudly, with what to do, until it takes one again. Clusters
 * and runs go on meanwhile; what they have to say waits in the outbox.
 */
export function createSlackAccountMonitor(
  client: WebClient,
  log: (fields: Readonly<Record<string, unknown>>, message: string) => void,
): SlackAccountMonitor {
  let state: SlackAccountStatus | undefined;

  function recordResult(reason: string | undefined): void {
    const previous = state;
    const step = reason === undefined ? undefined : nextSteps[reason];
    if (reason !== undefined && step === undefined) return;
    state = reason === undefined ? { ok: true } : { ok: false, reason, nextStep: `${step} ${tokenInstructions}` };
    if (previous?.ok === false && state.ok) log({}, 'Slack takes the bot’s token again');
    if (!state.ok && !(previous?.ok === false && previous.reason === state.reason))
      log(
        { severity: 'CRITICAL', reason: state.reason, nextStep: state.nextStep },
        'Slack does not take the bot’s token',
      );
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
