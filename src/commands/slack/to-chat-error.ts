import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api';
import { ChatError, type ChatErrorKind } from './chat.ts';

/** Slack's error codes, from the reference pages of the methods that we call. Other codes are content errors. */
const errorCodes: Readonly<Record<ChatErrorKind, readonly string[]>> = {
  'rate-limited': ['ratelimited', 'rate_limited', 'message_limit_exceeded'],
  'unknown-outcome': [
    'internal_error',
    'fatal_error',
    'service_unavailable',
    'request_timeout',
    'team_added_to_org',
    'upload_failed',
  ],
  'channel-unavailable': [
    'channel_not_found',
    'not_in_channel',
    'is_archived',
    'restricted_action',
    'restricted_action_read_only_channel',
    'messages_tab_disabled',
    'user_not_found',
    'user_disabled',
    'cannot_dm_bot',
    'user_not_visible',
    'posting_to_channel_denied',
    'restricted_action_non_threadable_channel',
    'restricted_action_thread_locked',
    'invalid_channel',
    'method_not_supported_for_channel_type',
    'posting_to_general_channel_denied',
    'restricted_action_thread_only_channel',
    'team_access_not_granted',
  ],
  'message-not-found': ['message_not_found', 'cannot_reply_to_message', 'thread_not_found'],
  'invalid-content': [],
  auth: [
    'not_authed',
    'invalid_auth',
    'account_inactive',
    'token_revoked',
    'token_expired',
    'missing_scope',
    'no_permission',
    'access_denied',
    'ekm_access_denied',
    'org_login_required',
    'accesslimited',
    'two_factor_setup_required',
    'not_allowed_token_type',
  ],
};

/** Converts an error of Slack's client. The result never contains what was sent. */
export function toChatError(error: unknown): ChatError {
  if (error instanceof ChatError) return error;
  if (error instanceof WebAPIRateLimitedError) {
    return new ChatError('rate-limited', 'ratelimited', { retryAfterMs: error.retryAfter * 1000 });
  }
  if (error instanceof WebAPIPlatformError) {
    const code = error.data.error;
    const kind = (Object.keys(errorCodes) as ChatErrorKind[]).find((one) => errorCodes[one].includes(code));
    return new ChatError(kind ?? 'invalid-content', code);
  }
  if (error instanceof WebAPIHTTPError) {
    // A proxy's 4xx means that the call had no effect. After a 5xx, it may have had one.
    return new ChatError(error.statusCode >= 500 ? 'unknown-outcome' : 'auth', `HTTP ${error.statusCode}`);
  }
  return new ChatError('unknown-outcome', 'no response', { cause: error });
}
