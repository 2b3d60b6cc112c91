import { createAccessToken } from '../access-token.ts';
import type { RateLimitOptions } from './rate-limiter.ts';
import type { SlackEmulatorOptions } from './slack-emulator-options.ts';

/** Options with defaults applied. */
export type SlackEmulatorSettings = Required<Omit<SlackEmulatorOptions, 'botUrl' | 'stateFile' | 'rateLimits'>> & {
  botUrl: string | undefined;
  stateFile: string | undefined;
  rateLimits: Partial<RateLimitOptions>;
};

/** Applies defaults. The default secrets are random. */
export function resolveSettings(options: SlackEmulatorOptions): SlackEmulatorSettings {
  return {
    port: 0,
    host: '127.0.0.1',
    botName: 'kthw',
    edition: 'plain',
    botToken: createBotToken(),
    signingSecret: createAccessToken(),
    accessToken: createAccessToken(),
    scopes: [
      ...['commands', 'chat:write', 'im:write', 'files:write', 'files:read', 'users:read', 'usergroups:read'],
      ...['channels:read', 'groups:read', 'im:read', 'channels:history', 'groups:history', 'im:history'],
      ...['app_mentions:read', 'reactions:write', 'team:read'],
    ],
    commands: [{ command: '/kthw', usage: 'help', description: 'Kubernetes The Hard Way' }],
    ackTimeoutMs: 3000,
    eventRetryDelaysMs: [250, 1000, 3000],
    now: Date.now,
    ...options,
    botUrl: options.botUrl,
    stateFile: options.stateFile,
    rateLimits: options.rateLimits ?? {},
  };
}

/** Creates a random bot token with Slack's prefix. */
export function createBotToken(): string {
  return `xoxb-local-${createAccessToken()}`;
}
