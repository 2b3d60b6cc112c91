import type { WebClient } from '@slack/web-api';
import { type Chat, ChatError } from './chat.ts';
import { chatError } from './slack-error.ts';

/** How Slack takes the bot's token. */
export type AccountState =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly next: string };

export interface SlackAccountWatch {
  /** The same, noticing what Slack says about the token. */
  watching(chat: Chat): Chat;
  /** What Slack said last; undefined before it said anything. */
  state(): AccountState | undefined;
  /** Asks Slack whether it takes the token. Never throws: no answer says nothing about the token. */
  look(): Promise<void>;
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
const putIn =
  'put the "Bot User OAuth Token" into the secret (`npm run deploy -- --secrets`; elsewhere SLACK_BOT_TOKEN), and start kthw again';

/**
 * Notices when Slack takes the bot's token no more: said once, loudly, with what to do, until it takes one again. Clusters
 * and runs go on meanwhile; what they have to say waits in the outbox.
 */
export function watchSlackAccount(
  client: WebClient,
  log: (fields: Readonly<Record<string, unknown>>, message: string) => void,
): SlackAccountWatch {
  let state: AccountState | undefined;

  function heard(reason: string | undefined): void {
    const before = state;
    const step = reason === undefined ? undefined : nextSteps[reason];
    if (reason !== undefined && step === undefined) return;
    state = reason === undefined ? { ok: true } : { ok: false, reason, next: `${step} ${putIn}` };
    if (before?.ok === false && state.ok) log({}, 'Slack takes the bot’s token again');
    if (!state.ok && !(before?.ok === false && before.reason === state.reason))
      log({ severity: 'CRITICAL', reason: state.reason, next: state.next }, 'Slack does not take the bot’s token');
  }

  async function heeding<T>(call: Promise<T>): Promise<T> {
    try {
      const answer = await call;
      heard(undefined);
      return answer;
    } catch (error) {
      if (error instanceof ChatError) heard(error.reason);
      throw error;
    }
  }

  return {
    watching(chat) {
      const methods = Object.entries(chat).map(([name, method]: [string, (...args: unknown[]) => Promise<unknown>]) => [
        name,
        (...args: unknown[]) => heeding(method(...args)),
      ]);
      return Object.fromEntries(methods);
    },
    state: () => state,
    async look() {
      try {
        await client.auth.test();
        heard(undefined);
      } catch (error) {
        heard(chatError(error).reason);
      }
    },
  };
}
