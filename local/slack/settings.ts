import type { LimitOptions } from './rate-limiter.ts';
import type { WorkspaceOptions } from './slack-emulator-options.ts';

/** The options with the defaults filled in. */
export type Settings = Required<Omit<WorkspaceOptions, 'botUrl' | 'stateFile' | 'rateLimits'>> & {
  botUrl: string | undefined;
  stateFile: string | undefined;
  rateLimits: Partial<LimitOptions>;
};

/** Fills in the defaults. The default token and secret are for one machine only, and say so. */
export function settings(options: WorkspaceOptions): Settings {
  return {
    port: 0,
    host: '127.0.0.1',
    botName: 'kthw',
    botToken: 'xoxb-local',
    signingSecret: 'local-signing-secret',
    scopes: [
      ...['commands', 'chat:write', 'im:write', 'files:write', 'files:read', 'users:read', 'usergroups:read'],
      ...['channels:read', 'groups:read', 'im:read', 'channels:history', 'groups:history', 'im:history'],
      ...['app_mentions:read', 'reactions:write', 'team:read'],
    ],
    commands: [{ command: '/kthw', usage: 'help', description: 'Kubernetes, the hard way' }],
    ackMs: 3000,
    eventRetriesMs: [250, 1000, 3000],
    now: Date.now,
    ...options,
    botUrl: options.botUrl,
    stateFile: options.stateFile,
    rateLimits: options.rateLimits ?? {},
  };
}
